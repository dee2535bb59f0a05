run "one" {
  assert {
    condition = 1 < 2
    error_message = "Not so."
  }
}
