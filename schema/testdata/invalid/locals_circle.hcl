locals {
  a = local.b
  b = "${local.c}x"
  c = upper(local.a)
}

lab "l" {}
mirror "m" {
  member "a" { role = "primary" }
}
web_gateway "g" {}
