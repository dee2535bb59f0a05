lab "x" {}
arbiter "arbiter" {}
mirror "demo" {
  member "demo-a" { role = "primary" }
  member "demo-b" { role = "backup" }
}
web_gateway "webgw" {}
images { iris = "containers.intersystems.com/intersystems/irishealth:2025.1" }
