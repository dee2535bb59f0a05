run "one" {
  variables = { names = [ap1] }
  assert {
    condition     = plan.lab == "x"
    error_message = "Not so."
  }
}
