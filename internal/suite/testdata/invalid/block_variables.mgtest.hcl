run "one" {
  variables {
    mirrors = 3
  }
  assert {
    condition     = plan.lab == "x"
    error_message = "Not so."
  }
}
