variable "n" {
  type    = "number"
  default = 3
}

lab "l" {}
mirror "m" {
  member "a" { role = "primary" }
}
web_gateway "g" {}
