lab "x" {}
arbiter "arbiter" {}
mirror "demo" {
  member "demo-a" { role = "primary" }
  member "demo-b" { role = "backup" }
}
web_gateway "webgw" {}
network "n0" {}
network "n1" {}
network "n2" {}
network "n3" {}
network "n4" {}
