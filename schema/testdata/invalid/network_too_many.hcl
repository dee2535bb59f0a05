lab "m" {}
mirror "demo" {
  member "demo-a" { role = "primary" }
}
dynamic "network" {
  for_each = range(257)
  labels   = ["n${network.value}"]
  content {}
}
