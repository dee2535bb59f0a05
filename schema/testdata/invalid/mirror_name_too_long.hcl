lab "x" {}
arbiter "arbiter" {}
mirror "mmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmm" {
  set_name = "X"
  member "other-a" { role = "primary" }
}
