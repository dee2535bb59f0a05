lab "l" {}
mirror "m" {
  member "a" { role = "dr" }
}
