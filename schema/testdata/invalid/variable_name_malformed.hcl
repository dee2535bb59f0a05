variable "2nd" { default = "a" }

lab "l" {}
mirror "m" {
  member "a" { role = "primary" }
}
web_gateway "g" {}
