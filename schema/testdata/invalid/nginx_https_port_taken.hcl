# A gateway has the port.
lab "x" {}
tls {}
arbiter "arbiter" {}
mirror "m" {
  member "a" { role = "primary" }
  member "b" { role = "backup" }
}
web_gateway "gw" {}
nginx "web" { https_port = 8080 }
web_gateway "gw2" { http_port = 8080 }
