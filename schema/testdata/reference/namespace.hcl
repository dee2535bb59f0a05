mirror "ap1" {
  database "DATA" { namespace = "" }
  database "CODE" { namespace = "" }
  namespace "APP" {
    globals  = "DATA"
    routines = "CODE"
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
