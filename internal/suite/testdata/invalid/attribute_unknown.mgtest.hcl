run "one" {
  assert {
    condition = length(plan.servces) == 2
    error_message = "Not so."
  }
}
