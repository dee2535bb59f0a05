lab "m" {}
mirror "d" {
  member "a" { rolle = "primary" }
}
