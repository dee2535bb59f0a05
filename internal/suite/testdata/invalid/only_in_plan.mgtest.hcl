run "one" {
  only    = ["failover"]
  mirror  = "all"
  timeout = "10m"
  assert {
    condition     = plan.lab == "x"
    error_message = "Not so."
  }
}
