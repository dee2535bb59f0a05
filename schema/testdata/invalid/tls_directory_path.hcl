# The certificates are in one directory of the lab's.
lab "x" {}
tls { directory = "/etc/ssl" }
arbiter "arbiter" {}
mirror "m" {
  member "a" { role = "primary" }
  member "b" { role = "backup" }
}
web_gateway "gw" {}
