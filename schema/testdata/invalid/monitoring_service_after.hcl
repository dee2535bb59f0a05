lab "l" {}
mirror "m" {
  member "a" { role = "primary" }
}
web_gateway "g" {}
monitoring {}
service "grafana" { image = "app:1" }
