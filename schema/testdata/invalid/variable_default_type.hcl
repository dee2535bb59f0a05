variable "n" {
  type    = number
  default = "three"
}

lab "l" {}
mirror "m" {
  member "a" { role = "primary" }
}
web_gateway "g" {}
