lab "x" {}
arbiter "arbiter" {}
mirror "demo" {
  member "demo-a" {
    role = "primary"
    environment = { X = "a\u0000b" }
  }
  member "demo-b" { role = "backup" }
}
