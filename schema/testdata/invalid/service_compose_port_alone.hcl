lab "l" {}
mirror "m" {
  member "a" {
    role    = "primary"
    compose = { ports = ["9000"] }
  }
}
web_gateway "g" { http_port = 8080 }
