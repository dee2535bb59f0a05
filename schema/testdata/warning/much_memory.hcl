lab "x" {}
arbiter "arbiter" {}
iris {
  globals = 32000
}
mirror "demo" {
  member "demo-a" { role = "primary" }
  member "demo-b" { role = "backup" }
}
