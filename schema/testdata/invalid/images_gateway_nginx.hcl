lab "x" {}
arbiter "arbiter" {}
mirror "demo" {
  member "demo-a" { role = "primary" }
  member "demo-b" { role = "backup" }
}
web_gateway "webgw" {}
images { webgateway = "containers.intersystems.com/intersystems/webgateway-nginx-arm64:2025.1@sha256:0000000000000000000000000000000000000000000000000000000000000000" }
