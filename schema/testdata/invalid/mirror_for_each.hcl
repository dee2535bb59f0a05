lab "m" {}
mirror "d" {
  for_each = ["a"]
  member "a" { role = "primary" }
}
