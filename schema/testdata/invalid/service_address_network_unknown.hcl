lab "x" {}
arbiter "arbiter" {}
mirror "demo" {
  member "demo-a" {
    role = "primary"
    addresses = { "iris-tier" = "10.0.1.2" }
  }
  member "demo-b" { role = "backup" }
}
