lab "l" {}
mirror "m" {
  member "a" {
    role    = "primary"
    compose = { ports = ["53:53/udp"] }
  }
}
web_gateway "g" { http_port = 8080 }
