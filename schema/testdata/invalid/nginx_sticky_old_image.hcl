lab "x" {}
images { nginx = "registry.example:5000/base/nginx:1.26.3-alpine" }
arbiter "arbiter" {}
mirror "demo" {
  member "demo-a" { role = "primary" }
  member "demo-b" { role = "backup" }
}
web_gateway "webgw" {}
nginx "web" { sticky = true }
