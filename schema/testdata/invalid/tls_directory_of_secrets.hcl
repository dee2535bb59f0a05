# Certificates and the password in one directory.
lab "x" {}
tls { directory = "secrets" }
secrets {}
arbiter "arbiter" {}
mirror "m" {
  member "a" { role = "primary" }
  member "b" { role = "backup" }
}
web_gateway "gw" {}
