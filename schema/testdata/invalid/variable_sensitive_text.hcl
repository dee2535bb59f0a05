variable "n" {
  default   = 1
  sensitive = "maybe"
}

lab "l" {}
mirror "m" {
  member "a" { role = "primary" }
}
web_gateway "g" {}
