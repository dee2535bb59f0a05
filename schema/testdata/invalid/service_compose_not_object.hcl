lab "x" {}
arbiter "arbiter" {}
mirror "demo" {
  member "demo-a" {
    role = "primary"
    compose = "privileged: true"
  }
  member "demo-b" { role = "backup" }
}
