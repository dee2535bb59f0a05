lab "l" {}
mirror "m" {
  member "a" {
    role    = "primary"
    compose = { ports = ["192.168.1.5:5000:5000"] }
  }
}
web_gateway "g" { http_port = 8080 }
