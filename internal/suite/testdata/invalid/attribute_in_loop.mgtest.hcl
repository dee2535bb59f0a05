run "one" {
  assert {
    condition = length([for s in plan.services : s if s.rol == "primary"]) == 1
    error_message = "Not so."
  }
}
