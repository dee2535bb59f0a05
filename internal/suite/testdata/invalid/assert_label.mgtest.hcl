run "one" {
  assert "it" {
    condition     = plan.lab == "x"
    error_message = "Not so."
  }
}
