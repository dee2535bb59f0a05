lab "x" {}
arbiter "arbiter" { port = 2188 }
mirror "demo" {
  member "demo-a" { role = "primary" }
  member "demo-b" { role = "backup" }
}
