nginx "web" {
  http_port    = 8000
  read_timeout = "90s"
  config       = "client_max_body_size 20m;"
}

# The rest of the lab.

lab "demo" {}

arbiter "arbiter" {}

mirror "ap1" {
  member "ap1a" { role = "primary" }
  member "ap1b" { role = "backup" }
}

web_gateway "webgw" {}

haproxy "sql" {}
