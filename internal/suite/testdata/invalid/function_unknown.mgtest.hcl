run "one" {
  assert {
    condition = alltrue([for s in plan.services : s.name != ""])
    error_message = "Not so."
  }
}
