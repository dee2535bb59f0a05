# TLS everywhere, and no password in any file of the lab: two mirrors with a
# disaster recovery and a reporting member, an ECP application server, HTTPS, and a
# namespace whose code lies in another database than its data; and Prometheus.
#
#   mirrorgen build tls.hcl
#   mirrorgen certs tls.hcl

lab "tls" {
  host = "irishost"
}

tls {}

secrets {}

images {
  tag = "2025.1"
}

network "iris-tier" {
  subnet = "10.0.1.0/24"
}

network "arbiter-tier" {
  subnet = "10.0.100.0/24"
}

arbiter "arbiter" {}

mirror "ap1" {
  database "APPDATA" { namespace = "" }
  database "APPCODE" { namespace = "" }

  namespace "APP" {
    globals  = "APPDATA"
    routines = "APPCODE"
  }

  # Every member writes its own.
  database "AUDITLOG" {
    mirrored = false
  }

  member "ap1a" { role = "primary" }
  member "ap1b" { role = "backup" }
  member "ap1d" { role = "drasync" }
}

mirror "ap2" {
  reporting_port = 21972

  member "ap2a" { role = "primary" }
  member "ap2b" { role = "backup" }
  member "ap2r" { role = "rorasync" }
}

application_server "app1" {
  mirror = "ap1"
}

web_gateway "webgw1" {}
web_gateway "webgw2" {}

# For the administrators of ap1 alone.
web_gateway "portal" {
  servers        = ["ap1a", "ap1b", "ap1d"]
  default_server = "ap1a"
}

nginx "nginx" {}

haproxy "haproxy" {
  stats_port = 8404
  maxconn    = 2000
}

# It alerts when a certificate is near its end, among other things.
monitoring {
  grafana_port = 0
}
