run "one" {
  assert {
    condition     = lenght(plan.services) == 1
    error_message = "Not so."
  }
}
