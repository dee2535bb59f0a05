run "one" {
  variables = ["mirrors"]
  assert {
    condition     = plan.lab == "x"
    error_message = "Not so."
  }
}
