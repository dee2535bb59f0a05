lab "x" {}
arbiter "arbiter" {}
mirror "demo" {
  superserver_port = 5000
  member "demo-a" { role = "primary" }
}
