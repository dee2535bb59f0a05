run "one" {
  expect_errors = "Duplicate name"
}
