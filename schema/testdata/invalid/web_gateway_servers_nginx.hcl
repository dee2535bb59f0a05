lab "lab" {}
arbiter "arbiter" {}
mirror "ap1" {
  member "ap1a" { role = "primary" }
  member "ap1b" { role = "backup" }
}
web_gateway "all" {}
web_gateway "own" { servers = ["ap1a"] }
nginx "web" { gateways = ["all", "own"] }
