lab "x" {}
arbiter "arbiter" {}
mirror "demo" {
  member "demo-a" {
    role = "primary"
    environment = { "MY-VAR" = "x" }
  }
  member "demo-b" { role = "backup" }
}
