lab "x" {}
arbiter "arbiter" {}
mirror "demo" {
  member "demo-a" { role = "primary" }
  member "demo-b" { role = "backup" }
}
web_gateway "webgw" {}
images { tag = "2020.3" }
iris {
  password_hash = "FBFE8593AEFA510C,u4ocm4qh"
}
