lab "x" {}
arbiter "arbiter" {}
mirror "system" {
  member "other-a" { role = "primary" }
}
