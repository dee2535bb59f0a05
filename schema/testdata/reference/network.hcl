network "mirrors" {
  subnet = "10.0.1.0/24"
}

network "clients" {
  subnet = "10.0.100.0/24"
}

# The rest of the lab.

lab "demo" {}

arbiter "arbiter" {}

mirror "ap1" {
  member "ap1a" { role = "primary" }
  member "ap1b" { role = "backup" }
}

web_gateway "webgw" {}

nginx "web" {}

haproxy "sql" {}
