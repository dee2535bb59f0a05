run "one" {
  assert {
    condition = plan.lab == "x"
  }
}
