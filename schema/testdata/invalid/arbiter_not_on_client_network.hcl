lab "x" {}
network "a" {}
network "b" {}
arbiter "arbiter" { networks = ["a"] }
mirror "demo" {
  member "demo-a" { role = "primary" }
  member "demo-b" { role = "backup" }
}
