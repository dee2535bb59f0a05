lab "l" {}
mirror "m" {
  member "a" {
    role    = "primary"
    compose = { ports = ["127.0.0.1:5000:5000", "127.0.0.1:5000:5001"] }
  }
}
web_gateway "g" { http_port = 8080 }
