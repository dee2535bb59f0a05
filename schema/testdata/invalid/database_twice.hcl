lab "x" {}
arbiter "arbiter" {}
mirror "demo" {
  database "ORDERS" {}
  database "orders" {}
  member "demo-a" { role = "primary" }
}
