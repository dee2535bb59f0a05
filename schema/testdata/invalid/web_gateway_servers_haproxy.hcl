lab "lab" {}
arbiter "arbiter" {}
mirror "ap1" {
  member "ap1a" { role = "primary" }
  member "ap1b" { role = "backup" }
}
web_gateway "own" { servers = ["ap1a"] }
haproxy "sql" {}
