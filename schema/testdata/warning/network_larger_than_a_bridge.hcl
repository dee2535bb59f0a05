lab "x" {}
mirror "demo" {
  member "demo-a" { role = "primary" }
}
dynamic "web_gateway" {
  for_each = range(1023)
  labels   = ["webgw${web_gateway.value}"]
  content {
    http_port = 0
  }
}
