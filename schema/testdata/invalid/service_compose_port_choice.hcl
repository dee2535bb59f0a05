lab "l" {}
mirror "m" {
  member "a" {
    role    = "primary"
    compose = { ports = ["127.0.0.1:6000-6002:7000"] }
  }
}
web_gateway "g" { http_port = 8080 }
