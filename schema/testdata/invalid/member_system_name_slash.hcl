lab "x" {}
arbiter "arbiter" {}
mirror "demo" {
  member "demo-a" {
    role = "primary"
    system_name = "AP1A/IRIS"
  }
  member "demo-b" { role = "backup" }
}
