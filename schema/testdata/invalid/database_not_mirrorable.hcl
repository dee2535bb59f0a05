lab "x" {}
arbiter "arbiter" {}
mirror "demo" {
  database "IRISSYS" {}
  member "demo-a" { role = "primary" }
}
