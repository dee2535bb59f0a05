lab "x" {}
network "n" { subnet = "172.168.0.0/24" }
arbiter "arbiter" {}
mirror "demo" {
  member "demo-a" { role = "primary" }
  member "demo-b" { role = "backup" }
}
