run "one" {
  variables = { (null) = 1 }
  assert {
    condition     = plan.lab == "x"
    error_message = "Not so."
  }
}
