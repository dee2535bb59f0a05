locals {
  x = "${1e999999999}"
}

lab "l" {}
mirror "m" {
  member "a" { role = "primary" }
}
web_gateway "g" {}
