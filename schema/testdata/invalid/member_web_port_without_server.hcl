lab "x" {}
arbiter "arbiter" {}
mirror "demo" {
  member "demo-a" {
    role = "primary"
    web_port = 9092
  }
  member "demo-b" { role = "backup" }
}
