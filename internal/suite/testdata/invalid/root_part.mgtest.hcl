run "one" {
  assert {
    condition = length(services) == 2
    error_message = "Not so."
  }
}
