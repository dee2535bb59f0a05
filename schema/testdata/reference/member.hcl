mirror "ap1" {
  member "ap1a" { role = "primary" }
  member "ap1b" { role = "backup" }
  member "ap1dr" {
    role        = "drasync"
    host_number = 30
    globals     = 64
  }
}

# The rest of the lab.

lab "demo" {}

arbiter "arbiter" {}

web_gateway "webgw" {}

nginx "web" {}

haproxy "sql" {}
