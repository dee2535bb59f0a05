# The gateways would ask superservers that have no TLS.
lab "x" {}
tls { superserver = "off" }
arbiter "arbiter" {}
mirror "m" {
  member "a" { role = "primary" }
  member "b" { role = "backup" }
}
web_gateway "gw" {}
