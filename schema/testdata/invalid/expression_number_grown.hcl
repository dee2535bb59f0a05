locals {
  a = 1e200 * 1e200
  b = local.a * local.a
}

lab "l" {}
mirror "m" {
  member "a" { role = "primary" }
}
web_gateway "g" {}
