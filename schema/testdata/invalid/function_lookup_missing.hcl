lab "l" { host = lookup({ a = "x" }, "b") }
mirror "m" {
  member "a" { role = "primary" }
}
