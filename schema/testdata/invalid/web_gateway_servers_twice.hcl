lab "lab" {}
arbiter "arbiter" {}
mirror "ap1" {
  member "ap1a" { role = "primary" }
  member "ap1b" { role = "backup" }
}
web_gateway "gw" { servers = ["ap1", "ap1"] }
