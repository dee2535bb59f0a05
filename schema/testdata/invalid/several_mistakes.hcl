lab "x" { timezone = 7.5 + "a" }
arbiter "arbiter" {}
mirror "demo" {
  member "demo-a" { role = "primry" }
  member "demo-a" { role = "backup" }
}
nginx "web" { gateways = ["gw"] }
network "n" { subnet = "10.0.0.0/8/8" }
