variable "host" { default = "a" }
variable "host" { default = "b" }

lab "l" {}
mirror "m" {
  member "a" { role = "primary" }
}
web_gateway "g" {}
