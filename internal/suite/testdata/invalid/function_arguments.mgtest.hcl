run "one" {
  assert {
    condition = contains(plan.services[*].name)
    error_message = "Not so."
  }
}
