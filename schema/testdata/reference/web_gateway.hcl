web_gateway "webgw" {
  http_port      = 8080
  default_server = "ap1a"
  system_manager = ["10.0.*.*"]
}

# The rest of the lab.

lab "demo" {}

arbiter "arbiter" {}

mirror "ap1" {
  member "ap1a" { role = "primary" }
  member "ap1b" { role = "backup" }
}

nginx "web" {}

haproxy "sql" {}
