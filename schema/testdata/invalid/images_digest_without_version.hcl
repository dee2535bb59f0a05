lab "x" {}
arbiter "arbiter" {}
mirror "demo" {
  member "demo-a" { role = "primary" }
  member "demo-b" { role = "backup" }
}
web_gateway "webgw" {}
images {
  iris = "registry.example.com/iris@sha256:0123456789012345678901234567890123456789012345678901234567890123"
}
