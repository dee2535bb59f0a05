lab "m" {}
mirror "demo" {
  member "demo-a" { role = "primary" }
}
locals {
  x = indent(-1, "a\nb")
}
