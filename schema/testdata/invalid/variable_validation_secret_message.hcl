variable "password" {
  default   = "hunter2"
  sensitive = true
  validation {
    condition     = length(var.password) > 8
    error_message = "${var.password} is too short."
  }
}

lab "l" {}
mirror "m" {
  member "a" { role = "primary" }
}
web_gateway "g" {}
