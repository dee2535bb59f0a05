run "one" {
  assert {
    condition = rehearsal.passed
    error_message = "Not so."
  }
}
