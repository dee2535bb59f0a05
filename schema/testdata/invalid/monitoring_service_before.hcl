lab "l" {}
mirror "m" {
  member "a" { role = "primary" }
}
web_gateway "g" {}
service "prometheus" { image = "app:1" }
monitoring {}
