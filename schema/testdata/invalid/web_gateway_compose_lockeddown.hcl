lab "x" {}
arbiter "arbiter" {}
mirror "demo" {
  member "demo-a" { role = "primary" }
  member "demo-b" { role = "backup" }
}
web_gateway "webgw" { compose = { image = "registry.example/irislab/webgateway-lockeddown" } }
