mirror "ap1" {
  superserver_port = 1972
  durable          = true

  member "ap1a" { role = "primary" }
  member "ap1b" { role = "backup" }
}

# The rest of the lab.

lab "demo" {}

arbiter "arbiter" {}

web_gateway "webgw" {}

nginx "web" {}

haproxy "sql" {}
