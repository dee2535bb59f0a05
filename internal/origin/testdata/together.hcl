lab "l" {}
mirror "m" {
  member "a" { role = "primary" }
}
web_gateway "g" { compose = { hostname = "same" } }
web_gateway "h" { compose = { hostname = "same" } }
