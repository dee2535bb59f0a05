# HTTPS is switched off.
lab "x" {}
tls { https = false }
arbiter "arbiter" {}
mirror "m" {
  member "a" { role = "primary" }
  member "b" { role = "backup" }
}
web_gateway "gw" {}
nginx "web" { https_port = 8443 }
