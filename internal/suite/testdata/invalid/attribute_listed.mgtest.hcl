run "one" {
  assert {
    condition = plan.colour == "red"
    error_message = "Not so."
  }
}
