lab "l" { host = file("host.txt") }
mirror "m" {
  member "a" { role = "primary" }
}
