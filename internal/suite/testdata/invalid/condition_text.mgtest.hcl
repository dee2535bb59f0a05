run "one" {
  assert {
    condition = plan.lab
    error_message = "Not so."
  }
}
