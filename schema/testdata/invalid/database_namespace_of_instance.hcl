lab "x" {}
arbiter "arbiter" {}
mirror "demo" {
  database "ORDERS" { namespace = "user" }
  member "demo-a" { role = "primary" }
}
