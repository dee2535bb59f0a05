lab "x" {}
arbiter "arbiter" {}
mirror "demo" {
  member "demo-a" {
    role = "primary"
    addresses = { "lab" = "10.0.1" }
  }
  member "demo-b" { role = "backup" }
}
