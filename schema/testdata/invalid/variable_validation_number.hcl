variable "n" {
  default = 0
  validation {
    condition     = var.n + 1
    error_message = "no"
  }
}

lab "l" {}
mirror "m" {
  member "a" { role = "primary" }
}
web_gateway "g" {}
