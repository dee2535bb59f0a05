lab "x" {}
arbiter "arbiter" {}
mirror "demo" {
  member "demo-a" { role = "primary" }
  member "demo-b" { role = "backup" }
}
web_gateway "one" {
  username = "Gate"
  password = "a"
}
web_gateway "two" {
  username = "GATE"
  password = "b"
}
