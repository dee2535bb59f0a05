run "one" {
  command = "apply"
  assert {
    condition     = plan.lab == "x"
    error_message = "Not so."
  }
}
