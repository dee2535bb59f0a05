lab "x" {}
arbiter "arbiter" {}
mirror "demo" {
  database "MY DB" {}
  member "demo-a" { role = "primary" }
}
