lab "x" {}
arbiter "arbiter" {}
mirror "demo" {
  arbiter = ""
  member "demo-a" { role = "primary" }
  member "demo-b" { role = "backup" }
}
