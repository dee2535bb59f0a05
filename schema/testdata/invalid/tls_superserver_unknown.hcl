# The levels are the product's.
lab "x" {}
tls { superserver = "on" }
arbiter "arbiter" {}
mirror "m" {
  member "a" { role = "primary" }
  member "b" { role = "backup" }
}
web_gateway "gw" {}
