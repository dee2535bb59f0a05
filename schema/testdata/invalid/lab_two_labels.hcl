lab "x" "y" {}
arbiter "arbiter" {}
mirror "demo" {
  member "demo-a" { role = "primary" }
  member "demo-b" { role = "backup" }
}
