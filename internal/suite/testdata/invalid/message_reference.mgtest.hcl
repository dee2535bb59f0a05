run "one" {
  assert {
    condition     = plan.lab == "x"
    error_message = "It is ${plan.leb}."
  }
}
