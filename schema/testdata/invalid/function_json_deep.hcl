lab "m" {}
mirror "demo" {
  member "demo-a" { role = "primary" }
}
locals {
  x = jsondecode(join("", [for i in range(500): "["]))
}
