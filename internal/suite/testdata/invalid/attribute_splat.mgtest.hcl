run "one" {
  assert {
    condition = contains(plan.services[*].knd, "nginx")
    error_message = "Not so."
  }
}
