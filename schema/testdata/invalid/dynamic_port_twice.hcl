lab "l" {}
mirror "m" {
  member "a" { role = "primary" }
}
dynamic "web_gateway" {
  for_each = [1, 2]
  labels   = ["g${web_gateway.value}"]
  content {
    http_port = 8080
  }
}
