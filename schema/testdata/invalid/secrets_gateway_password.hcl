# The password would be in CSP.ini.
lab "x" {}
secrets {}
arbiter "arbiter" {}
mirror "m" {
  member "a" { role = "primary" }
  member "b" { role = "backup" }
}
web_gateway "gw" {}
web_gateway "gw2" { password = "abc" }
