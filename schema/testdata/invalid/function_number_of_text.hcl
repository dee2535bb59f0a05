lab "m" {}
mirror "demo" {
  member "demo-a" { role = "primary" }
}
locals {
  x = format("%d", "1e99999999")
}
