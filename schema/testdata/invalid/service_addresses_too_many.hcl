lab "m" {}
mirror "demo" {
  member "demo-a" { role = "primary" }
}
dynamic "network" {
  for_each = range(200)
  labels   = ["n${network.value}"]
  content {}
}
dynamic "haproxy" {
  for_each = range(1300)
  labels   = ["h${haproxy.value}"]
  content {}
}
