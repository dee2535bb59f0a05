# A lab has one tls block.
lab "x" {}
tls {}
tls { mirror = false }
arbiter "arbiter" {}
mirror "m" {
  member "a" { role = "primary" }
  member "b" { role = "backup" }
}
web_gateway "gw" {}
