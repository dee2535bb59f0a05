variable "n" {
  default = local.n
}
locals { n = 1 }

lab "l" {}
mirror "m" {
  member "a" { role = "primary" }
}
web_gateway "g" {}
