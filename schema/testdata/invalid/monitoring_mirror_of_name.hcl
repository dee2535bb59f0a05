lab "l" {}
mirror "prometheus" {
  member "a" { role = "primary" }
}
web_gateway "g" {}
monitoring {}
