lab "m" {}
mirror "d" {
  count = 3
  member "a" { role = "primary" }
}
