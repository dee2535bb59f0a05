lab "x" {}
mirror "one" {
  set_name = "SET"
  member "a" { role = "primary" }
}
mirror "two" {
  set_name = "SET"
  member "b" { role = "primary" }
}
mirror "three" {
  set_name = "SET"
  member "c" { role = "primary" }
}
