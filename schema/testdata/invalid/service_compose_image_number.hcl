lab "l" {}
mirror "m" {
  member "a" {
    role    = "primary"
    compose = { image = 2025 }
  }
}
web_gateway "g" { http_port = 8080 }
