lab "x" {}
arbiter "arbiter" {}
mirror "demo" {
  member "demo-a" { role = "backup" }
}
