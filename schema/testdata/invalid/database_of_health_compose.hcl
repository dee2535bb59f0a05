lab "x" {}
arbiter "arbiter" {}
mirror "demo" {
  database "HSSYS" {}
  member "demo-a" { role = "primary" }
  member "demo-b" {
    role    = "backup"
    compose = { image = "irishealth:2025.1" }
  }
}
web_gateway "webgw" {}
