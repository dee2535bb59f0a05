run "one" {
  expect_errors = [var.text]
}
