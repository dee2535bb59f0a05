run "one" {
  assert {
    condition     = length(plan.services) < 1e999999
    error_message = "Not so."
  }
}
