lab "x" {}
arbiter "arbiter" {}
mirror "demo" {
  member "demo-a" {
    role = "primary"
    system_name = "ap1a"
  }
  member "demo-b" { role = "backup" }
}
