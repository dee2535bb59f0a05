lab "l" {}
mirror "m" {
  member "a" {
    role    = "primary"
    compose = { ports = ["[::1]:5000:5000"] }
  }
}
web_gateway "g" { http_port = 8080 }
