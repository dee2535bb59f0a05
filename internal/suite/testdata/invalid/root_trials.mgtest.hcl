run "one" {
  assert {
    condition = length(trials) == 2
    error_message = "Not so."
  }
}
