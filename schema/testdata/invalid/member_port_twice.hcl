lab "x" {}
arbiter "arbiter" {}
mirror "demo" {
  member "demo-a" {
    role = "primary"
    superserver_port = 5001
  }
  member "demo-b" {
    role = "backup"
    superserver_port = 5001
  }
}
