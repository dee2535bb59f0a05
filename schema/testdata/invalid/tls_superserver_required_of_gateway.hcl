# The superservers would refuse the gateways.
lab "x" {}
tls {
  superserver = "require"
  gateway     = false
}
arbiter "arbiter" {}
mirror "m" {
  member "a" { role = "primary" }
  member "b" { role = "backup" }
}
web_gateway "gw" {}
