variable "n" {
  default = 0
  validation {
    condition     = var.n > 0
    error_message = "n must be more than 0, not ${var.n}."
  }
}

lab "l" {}
mirror "m" {
  member "a" { role = "primary" }
}
web_gateway "g" {}
