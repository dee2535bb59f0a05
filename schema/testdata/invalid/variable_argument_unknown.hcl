variable "n" {
  default   = 1
  sensitve  = true
}

lab "l" {}
mirror "m" {
  member "a" { role = "primary" }
}
web_gateway "g" {}
