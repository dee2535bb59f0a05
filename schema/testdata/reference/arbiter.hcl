arbiter "arbiter" {
  host_number = 10
  restart     = "unless-stopped"
}

# The rest of the lab.

lab "demo" {}

mirror "ap1" {
  member "ap1a" { role = "primary" }
  member "ap1b" { role = "backup" }
}

web_gateway "webgw" {}

nginx "web" {}

haproxy "sql" {}
