lab "x" {}
arbiter "arbiter" {}
mirror "demo" {
  database "ORDERS" { namespace = "hscustom" }
  member "demo-a" { role = "primary" }
  member "demo-b" { role = "backup" }
}
web_gateway "webgw" {}
images { iris = "containers.intersystems.com/intersystems/irishealth-arm64:2025.1" }
