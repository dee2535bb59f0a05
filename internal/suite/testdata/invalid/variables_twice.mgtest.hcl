run "one" {
  variables = {
    mirrors = 1
    mirrors = 2
  }
  assert {
    condition     = plan.lab == "x"
    error_message = "Not so."
  }
}
