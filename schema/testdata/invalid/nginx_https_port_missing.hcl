# Only the first nginx has a default port.
lab "x" {}
tls {}
arbiter "arbiter" {}
mirror "m" {
  member "a" { role = "primary" }
  member "b" { role = "backup" }
}
web_gateway "gw" {}
nginx "web" {}
nginx "web2" { http_port = 8000 }
