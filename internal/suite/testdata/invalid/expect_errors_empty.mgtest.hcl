run "one" {
  expect_errors = []
}
