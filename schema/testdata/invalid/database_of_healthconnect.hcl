lab "x" {}
arbiter "arbiter" {}
mirror "demo" {
  database "HSLIB" {}
  member "demo-a" { role = "primary" }
  member "demo-b" { role = "backup" }
}
web_gateway "webgw" {}
images { iris = "containers.intersystems.com/intersystems/healthconnect:2025.1" }
