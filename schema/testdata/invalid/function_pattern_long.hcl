lab "m" {}
mirror "demo" {
  member "demo-a" { role = "primary" }
}
locals {
  x = regex(join("|", [for i in range(2000): "a${i}"]), "a")
}
