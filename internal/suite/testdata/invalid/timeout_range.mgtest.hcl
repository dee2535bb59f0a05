run "one" {
  command = "rehearse"
  timeout = "0s"
  assert {
    condition     = plan.lab == "x"
    error_message = "Not so."
  }
}
