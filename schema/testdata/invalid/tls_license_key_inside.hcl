# The licence key lies among the certificates.
lab "x" {
  license_key = "pki/iris.key"
}
tls { directory = "pki" }
arbiter "arbiter" {}
mirror "m" {
  member "a" { role = "primary" }
  member "b" { role = "backup" }
}
web_gateway "gw" {}
