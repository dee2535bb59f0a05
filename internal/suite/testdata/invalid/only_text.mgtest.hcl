run "one" {
  command = "rehearse"
  only    = "failover"
  assert {
    condition     = plan.lab == "x"
    error_message = "Not so."
  }
}
