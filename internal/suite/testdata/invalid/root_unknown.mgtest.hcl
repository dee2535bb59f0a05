run "one" {
  assert {
    condition = plans.lab == "x"
    error_message = "Not so."
  }
}
