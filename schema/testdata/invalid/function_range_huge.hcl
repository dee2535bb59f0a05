lab "l" {}
dynamic "web_gateway" {
  for_each = range(1e9)
  labels   = ["g${web_gateway.value}"]
  content {}
}
mirror "m" {
  member "a" { role = "primary" }
}
