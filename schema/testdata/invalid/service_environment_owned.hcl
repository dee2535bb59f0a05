lab "x" {}
arbiter "arbiter" {}
mirror "demo" {
  member "demo-a" {
    role = "primary"
    environment = { TZ = "Europe/Berlin" }
  }
  member "demo-b" { role = "backup" }
}
