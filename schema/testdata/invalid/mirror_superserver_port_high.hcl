lab "x" {}
arbiter "arbiter" {}
mirror "demo" {
  superserver_port = 70000
  member "demo-a" { role = "primary" }
}
web_gateway "webgw" {}
haproxy "sql" {}
