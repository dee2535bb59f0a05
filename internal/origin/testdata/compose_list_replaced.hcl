lab "a" {}
arbiter "arbiter" {}
mirror "demo" {
  member "demo-a" {
    role = "primary"
    compose = {
      labels  = { mine = "yes" }
      volumes = ["./x:/x"]
    }
  }
  member "demo-b" { role = "backup" }
}
web_gateway "webgw" { compose = { environment = ["TZ=UTC"] } }
