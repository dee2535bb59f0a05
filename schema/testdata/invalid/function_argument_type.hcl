lab "l" { host = join("-", 3) }
mirror "m" {
  member "a" { role = "primary" }
}
