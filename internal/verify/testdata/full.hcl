# The topology of the lab in full/, from which the cases of findings break one
# fact each. The lab is kept as it was built, so that a change of a template does
# not change the cases:
#
#   mirrorgen build testdata/full.hcl -o testdata/full --force

lab "full" {
  mirror_setup   = "config_mirror"
  mirror_network = "journal"
  client_network = "client"
}

images {
  tag = "2025.2"
}

network "journal" { subnet = "10.0.1.0/24" }
network "client" { subnet = "10.0.100.0/24" }

iris {
  durable = true
}

arbiter "arbiter" {}

mirror "ap1" {
  member "ap1a" { role = "primary" }
  member "ap1b" { role = "backup" }
  member "ap1d" { role = "drasync" }
}

mirror "ap2" {
  member "ap2a" { role = "primary" }
  member "ap2b" { role = "backup" }
  member "ap2r" { role = "rorasync" }
}

application_server "app1" { mirror = "ap1" }

web_gateway "webgw1" {
  username = "Gateway"
  password = "a password"
}

nginx "web" {}

haproxy "sql" {
  stats_port = 8404
}

profile "pair" {
  services = ["arbiter", "ap1a", "ap1b", "webgw1", "web", "sql"]
}
