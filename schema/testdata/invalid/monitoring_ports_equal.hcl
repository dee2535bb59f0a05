lab "l" {}
mirror "m" {
  member "a" { role = "primary" }
}
web_gateway "g" {}
monitoring {
  prometheus_port = 3000
}
