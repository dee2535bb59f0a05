lab "m" {}
mirror "demo" {
  member "demo-a" { role = "primary" }
}
locals {
  x = pow(-8, 0.5)
}
