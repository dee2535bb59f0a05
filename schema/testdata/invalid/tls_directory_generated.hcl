# The lab's own files are there.
lab "x" {}
tls { directory = "iris" }
arbiter "arbiter" {}
mirror "m" {
  member "a" { role = "primary" }
  member "b" { role = "backup" }
}
web_gateway "gw" {}
