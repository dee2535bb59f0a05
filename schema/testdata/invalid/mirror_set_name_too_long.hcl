lab "x" {}
arbiter "arbiter" {}
mirror "production-orders" {
  member "other-a" { role = "primary" }
}
