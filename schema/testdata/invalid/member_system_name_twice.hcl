lab "x" {}
arbiter "arbiter" {}
mirror "demo" {
  member "demo-a" {
    role = "primary"
    system_name = "NODE"
  }
  member "demo-b" {
    role = "backup"
    system_name = "NODE"
  }
}
