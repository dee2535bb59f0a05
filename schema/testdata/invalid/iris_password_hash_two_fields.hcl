lab "x" {}
arbiter "arbiter" {}
mirror "demo" {
  member "demo-a" { role = "primary" }
  member "demo-b" { role = "backup" }
}
web_gateway "webgw" {}
iris {
  password_hash = "FBFE8593AEFA510C27FD184738D6E865A441DE98,u4ocm4qh"
}
