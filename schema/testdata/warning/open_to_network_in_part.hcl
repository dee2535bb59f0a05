lab "m" {
  publish_address = "192.168.7.3"
}
iris {
  password_hash = "1c3b0c5a4d1c4e0f8c3b0c5a4d1c4e0f8c3b0c5a4d1c4e0f8c3b0c5a4d1c4e0f,0a0b0c0d,10000,SHA512"
}
arbiter "arbiter" {}
mirror "demo" {
  member "demo-a" { role = "primary" }
  member "demo-b" { role = "backup" }
}
web_gateway "webgw1" {
  system_manager = ["127.0.0.1", "192.168.7.*"]
  password       = "another"
}
web_gateway "webgw2" {
  http_port      = 0
  password       = "another"
}
nginx "web" {}
haproxy "sql" { stats_port = 8404 }
