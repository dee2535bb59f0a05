lab "x" {}
arbiter "arbiter" {}
mirror "one" {
  set_name = "SET"
  member "one-a" { role = "primary" }
}
mirror "two" {
  set_name = "SET"
  member "two-a" { role = "primary" }
}
