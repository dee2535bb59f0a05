run "one" {
  assert {
    condition = plan.lab == minimal
    error_message = "Not so."
  }
}
