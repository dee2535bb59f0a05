run "one" {
  assert {
    condition = length([for a in range(100000) : [for b in range(100000) : "${a}${b}${plan.lab}"]]) == 1
    error_message = "Not so."
  }
}
