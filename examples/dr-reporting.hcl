# Disaster recovery and reporting: ap1 has an async member that can be promoted
# and an ECP application server, ap2 has an async member that applications may
# write reports into. Profiles start parts of the lab.

lab "dr-reporting" {
  host = "irishost"
}

images {
  tag = "2025.1"
}

network "iris-tier" {
  subnet = "10.0.1.0/24"
}

network "arbiter-tier" {
  subnet = "10.0.100.0/24"
}

iris {
  # The predefined accounts get the password SYS. It is in every manual: give
  # your own hash before anyone else can reach the lab.
  password_hash = "34e80d2f1ad5135679b3a57a9c4b1611a8a8995e0849ebe954ac1c16ad253d0274296985fea058a8aaf2a149b88082595e6374b3c2f7d5f0774f05e4311ba52d,124e81ee6bf17fcaf0dfb38a4f8a7f46e9e4b0c8c9a40864bb189d4d200b161b1451874efcbed63b801cbab592434b93037e90810d96e4ee123ac03b756779e9,10000,SHA512"
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
  member "ap2r" { role = "rwrasync" }
}

application_server "app1" {
  mirror = "ap1"
}

web_gateway "webgw1" {}
web_gateway "webgw2" {}

nginx "nginx" {}

haproxy "haproxy" {
  stats_port = 8404
}

profile "dr" {
  description = "ap1 without its backup: the planned move to the disaster recovery member"
  services    = ["arbiter", "ap1a", "ap1d", "webgw1", "nginx", "haproxy"]
}

profile "sync" {
  description = "the failover pair of ap1 alone"
  services    = ["arbiter", "ap1a", "ap1b", "webgw1", "nginx", "haproxy"]
}

profile "reporting" {
  description = "ap2 with its reporting member"
  services    = ["arbiter", "ap2a", "ap2b", "ap2r", "webgw1", "webgw2", "nginx", "haproxy"]
}
