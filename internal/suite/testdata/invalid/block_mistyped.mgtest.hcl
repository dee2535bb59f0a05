run "one" {
  asert {
    condition     = plan.lab == "x"
    error_message = "Not so."
  }
}
