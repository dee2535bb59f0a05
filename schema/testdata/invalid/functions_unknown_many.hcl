lab "m" {}
mirror "demo" {
  member "demo-a" { role = "primary" }
}
locals {
  x = [foo(), foo(), foo(), foo(), foo(), foo(), foo(), foo(), foo(), foo(), foo(), foo(), foo(), foo(), foo(), foo(), foo(), foo(), foo(), foo(), foo(), foo(), foo(), foo(), foo(), foo(), foo(), foo(), foo(), foo(), foo(), foo(), foo(), foo(), foo(), foo(), foo(), foo(), foo(), foo(), foo(), foo(), foo(), foo(), foo(), foo(), foo(), foo(), foo(), foo(), foo(), foo(), foo(), foo(), foo(), foo(), foo(), foo(), foo(), foo(), foo(), foo(), foo(), foo(), foo(), foo(), foo(), foo(), foo(), foo(), foo(), foo(), foo(), foo(), foo(), foo(), foo(), foo(), foo(), foo(), foo(), foo(), foo(), foo(), foo(), foo(), foo(), foo(), foo(), foo(), foo(), foo(), foo(), foo(), foo(), foo(), foo(), foo(), foo(), foo(), foo(), ]
}
