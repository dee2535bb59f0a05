lab "x" {}
arbiter "arbiter" {}
mirror "demo" {
  member "demo-a" { role = "primary" }
  member "demo-b" { role = "backup" }
}
web_gateway "webgw" {}
network "a" { subnet = "10.0.1.0/30" }
network "b" { subnet = "10.0.1.4/30" }
