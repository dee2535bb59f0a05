locals {
  a = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
  b = [local.a, local.a, local.a, local.a, local.a, local.a, local.a, local.a, local.a, local.a]
  c = [local.b, local.b, local.b, local.b, local.b, local.b, local.b, local.b, local.b, local.b]
  d = [local.c, local.c, local.c, local.c, local.c, local.c, local.c, local.c, local.c, local.c]
  e = [local.d, local.d, local.d, local.d, local.d, local.d, local.d, local.d, local.d, local.d]
  f = [local.e, local.e, local.e, local.e, local.e, local.e, local.e, local.e, local.e, local.e]
  g = [local.f, local.f, local.f, local.f, local.f, local.f, local.f, local.f, local.f, local.f]
  same = local.g == local.g
}

lab "l" {}
mirror "m" {
  member "a" { role = "primary" }
}
web_gateway "g" {}
