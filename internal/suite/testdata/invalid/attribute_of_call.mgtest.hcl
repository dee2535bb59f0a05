run "one" {
  assert {
    condition = element(plan.services, 0).nme == "a"
    error_message = "Not so."
  }
}
