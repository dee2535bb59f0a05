run "one" {
  command = "rehearse"
  timeout = "10 minutes"
  assert {
    condition     = plan.lab == "x"
    error_message = "Not so."
  }
}
