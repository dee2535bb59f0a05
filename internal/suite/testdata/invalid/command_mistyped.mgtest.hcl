run "one" {
  command = "rehearsal"
  assert {
    condition     = plan.lab == "x"
    error_message = "Not so."
  }
}
