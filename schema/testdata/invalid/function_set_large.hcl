lab "m" {}
mirror "demo" {
  member "demo-a" { role = "primary" }
}
locals {
  x = setunion(range(60000), ["a"])
}
