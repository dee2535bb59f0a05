run "one" {
  expect_errors = [3, ""]
}
