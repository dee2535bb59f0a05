variable "n" {
  default     = 1
  description = ["a"]
}

lab "l" {}
mirror "m" {
  member "a" { role = "primary" }
}
web_gateway "g" {}
