lab "x" {}
arbiter "arbiter" {}
mirror "demo" {
  member "demo-a" {
    role = "primary"
    host_number = 2.5
  }
  member "demo-b" { role = "backup" }
}
