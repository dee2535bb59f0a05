lab "l" {}
mirror "m" {
  member "a" {
    role             = "primary"
    superserver_port = 5000
    compose          = { "ports+" = ["127.0.0.1:5000:5001", "9000"] }
  }
}
