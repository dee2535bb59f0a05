lab "l" { host = var.hots }
variable "host" { default = "irishost" }
mirror "m" {
  member "a" { role = "primary" }
}
