lab "l" {}
mirror "m" {
  member "a${1}" { role = "primary" }
}
