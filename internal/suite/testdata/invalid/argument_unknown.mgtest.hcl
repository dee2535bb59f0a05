run "one" {
  parallel = true
  assert {
    condition     = plan.lab == "x"
    error_message = "Not so."
  }
}
