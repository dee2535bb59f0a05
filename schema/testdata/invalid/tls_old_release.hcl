# No call is known by which a script of that release admits a member.
lab "x" {}
images { tag = "2023.2" }
tls {}
arbiter "arbiter" {}
mirror "m" {
  member "a" { role = "primary" }
  member "b" { role = "backup" }
}
web_gateway "gw" {}
