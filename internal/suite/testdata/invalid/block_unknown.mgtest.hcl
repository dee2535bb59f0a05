lab "x" {}
run "one" {
  assert {
    condition     = plan.lab == "x"
    error_message = "Not so."
  }
}
