lab "x" {}
arbiter "arbiter" {}
mirror "demo" {
  database "ORDERS" { namespace = "sys" }
  member "demo-a" { role = "primary" }
}
