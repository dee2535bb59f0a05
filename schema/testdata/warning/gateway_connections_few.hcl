lab "x" {}
mirror "demo" {
  member "demo-a" { role = "primary" }
}
web_gateway "webgw" {
  ini = { SYSTEM = { MAX_CONNECTIONS = "4" } }
}
