run "one" {
  comand = "rehearse"
  assert {
    condition     = plan.lab == "x"
    error_message = "Not so."
  }
}
