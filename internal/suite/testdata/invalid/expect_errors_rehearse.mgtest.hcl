run "one" {
  command       = "rehearse"
  expect_errors = ["Duplicate name"]
}
