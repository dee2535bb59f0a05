locals {
  n = range(100000)
  x = [for a in local.n : [for b in local.n : [for c in local.n : c if false]]]
}

lab "l" {}
mirror "m" {
  member "a" { role = "primary" }
}
web_gateway "g" {}
