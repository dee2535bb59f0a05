lab "x" {}
arbiter "arbiter" {}
mirror "demo" {
  database "_ORDERS" {}
  member "demo-a" { role = "primary" }
}
