lab "l" {}
mirror "m" {
  member "a" {
    role    = "primary"
    compose = { ports = [{ target = 5000, published = 8080, host_ip = "127.0.0.1" }] }
  }
}
web_gateway "g" { http_port = 8080 }
