lab "l" { host = format("%1000000000d", 3) }
mirror "m" {
  member "a" { role = "primary" }
}
