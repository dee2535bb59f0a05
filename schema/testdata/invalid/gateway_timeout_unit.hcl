lab "l" {}
mirror "m" {
  member "a" { role = "primary" }
}
web_gateway "g" { server_response_timeout = "90s" }
