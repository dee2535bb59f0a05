lab "x" {}
arbiter "arbiter" {}
mirror "demo" {
  database "ORDERS" { namespace = "1ST" }
  member "demo-a" { role = "primary" }
}
