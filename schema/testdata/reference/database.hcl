mirror "ap1" {
  database "ORDERS" {}
  database "SCRATCH" {
    mirrored = false
  }

  member "ap1a" { role = "primary" }
  member "ap1b" { role = "backup" }
}

# The rest of the lab.

lab "demo" {}

arbiter "arbiter" {}

web_gateway "webgw" {}

nginx "web" {}

haproxy "sql" {}
