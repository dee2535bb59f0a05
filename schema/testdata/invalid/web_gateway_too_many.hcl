lab "m" {}
mirror "demo" {
  member "demo-a" { role = "primary" }
}
dynamic "web_gateway" {
  for_each = range(1000)
  labels   = ["g${web_gateway.value}"]
  content {}
}
dynamic "nginx" {
  for_each = range(600)
  labels   = ["w${nginx.value}"]
  content {}
}
