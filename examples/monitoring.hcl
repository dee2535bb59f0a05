# Two mirrors with what watches them, and a client of one's own: Prometheus asks every
# member through the gateways, Grafana shows roles, readiness and traffic, and the alert
# rules tell of a mirror without a primary.
lab "monitoring" {}

iris {
  # mirrorgen password-hash, of SYS
  password_hash = "34e80d2f1ad5135679b3a57a9c4b1611a8a8995e0849ebe954ac1c16ad253d0274296985fea058a8aaf2a149b88082595e6374b3c2f7d5f0774f05e4311ba52d,124e81ee6bf17fcaf0dfb38a4f8a7f46e9e4b0c8c9a40864bb189d4d200b161b1451874efcbed63b801cbab592434b93037e90810d96e4ee123ac03b756779e9,10000,SHA512"
}

arbiter "arbiter" {}

mirror "ap1" {
  member "ap1a" { role = "primary" }
  member "ap1b" { role = "backup" }
}

mirror "ap2" {
  member "ap2a" { role = "primary" }
  member "ap2b" { role = "backup" }
  member "ap2d" { role = "drasync" }
}

web_gateway "webgw1" {}
web_gateway "webgw2" {}

nginx "web" {}

haproxy "sql" {}

# 0 leaves Grafana out.
variable "grafana_port" {
  type    = number
  default = 3000
}

monitoring {
  grafana_port    = var.grafana_port
  scrape_interval = "1s"
}

# Once a second it asks, through nginx, whether ap1 has a primary.
service "watcher" {
  image   = "busybox:1.37"
  command = ["sh", "-c", "while sleep 1; do wget -q -O - http://web/ap1/csp/mirror_status.cxw; echo; done"]
  after   = ["ap1a", "web"]
  healthcheck = {
    test         = ["CMD", "wget", "-q", "-O", "/dev/null", "http://web/nginx-health"]
    interval     = "3s"
    start_period = "30s"
  }
}
