lab "x" {}
arbiter "arbiter" {}
mirror "orders" {
  set_name = "ORDERS-1"
  member "other-a" { role = "primary" }
}
