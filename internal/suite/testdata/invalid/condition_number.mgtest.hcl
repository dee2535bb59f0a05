run "one" {
  assert {
    condition = length(plan.services)
    error_message = "Not so."
  }
}
