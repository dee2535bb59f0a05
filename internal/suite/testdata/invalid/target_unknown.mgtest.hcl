run "one" {
  target = "kubernets"
  assert {
    condition     = plan.lab == "x"
    error_message = "Not so."
  }
}
