run "one" {
  expect_errors = ["Duplicate name"]
  assert {
    condition     = plan.lab == "x"
    error_message = "Not so."
  }
}
