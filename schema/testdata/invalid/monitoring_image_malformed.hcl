lab "l" {}
mirror "m" {
  member "a" { role = "primary" }
}
web_gateway "g" {}
images { grafana = "Grafana" }
monitoring {}
