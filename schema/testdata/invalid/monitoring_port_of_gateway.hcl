lab "l" {}
mirror "m" {
  member "a" { role = "primary" }
}
web_gateway "g" { http_port = 9090 }
monitoring {}
