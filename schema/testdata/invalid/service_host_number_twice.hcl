lab "x" {}
arbiter "arbiter" { host_number = 5 }
mirror "demo" {
  member "demo-a" {
    role = "primary"
    host_number = 5
  }
}
