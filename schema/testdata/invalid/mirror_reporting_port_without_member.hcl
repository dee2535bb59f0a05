lab "lab" {}
arbiter "arbiter" {}
mirror "ap1" {
  reporting_port = 21972
  member "ap1a" { role = "primary" }
  member "ap1b" { role = "backup" }
  member "ap1d" { role = "drasync" }
}
web_gateway "gw" {}
haproxy "sql" {}
