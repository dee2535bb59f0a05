lab "x" {}
arbiter "arbiter" {}
mirror "demo" {
  database "ORDERS" { namespace = "APP" }
  database "ITEMS" { namespace = "app" }
  member "demo-a" { role = "primary" }
}
