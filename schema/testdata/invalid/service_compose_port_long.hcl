lab "l" {}
mirror "m" {
  member "a" {
    role    = "primary"
    compose = { ports = [{ target = 5000, published = "5000" }] }
  }
}
web_gateway "g" { http_port = 8080 }
