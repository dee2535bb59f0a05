lab "l" { host = uper("a") }
mirror "m" {
  member "a" { role = "primary" }
}
