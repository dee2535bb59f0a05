variable "n" {
  default = 0
  validation {
    condition = var.n > 0
  }
}

lab "l" {}
mirror "m" {
  member "a" { role = "primary" }
}
web_gateway "g" {}
