lab "x" {}
arbiter "one" {}
arbiter "two" {}
mirror "demo" {
  member "demo-a" { role = "primary" }
  member "demo-b" { role = "backup" }
}
