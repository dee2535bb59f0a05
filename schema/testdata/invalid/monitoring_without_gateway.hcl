lab "l" {}
mirror "m" {
  member "a" { role = "primary" }
}
monitoring {}
