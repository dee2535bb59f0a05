lab "x" {}
mirror "one" {
  member "a" { role = "primary" }
  member "b" { role = "backup" }
}
mirror "two" {
  member "c" { role = "primary" }
  member "d" { role = "backup" }
}
mirror "three" {
  member "e" { role = "primary" }
  member "f" { role = "backup" }
}
