run "one" {
  command = "rehearse"
  timeout = 600
  assert {
    condition     = plan.lab == "x"
    error_message = "Not so."
  }
}
