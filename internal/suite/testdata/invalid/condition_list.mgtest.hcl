run "one" {
  assert {
    condition = plan.services
    error_message = "Not so."
  }
}
