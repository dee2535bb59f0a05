lab "l" {}
mirror "m" {
  member "a" {
    role    = "primary"
    compose = { ports = [true] }
  }
}
web_gateway "g" { http_port = 8080 }
