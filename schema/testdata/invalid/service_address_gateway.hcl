lab "x" {}
network "n" { subnet = "10.0.1.0/24" }
arbiter "arbiter" {}
mirror "demo" {
  member "demo-a" {
    role = "primary"
    addresses = { "n" = "10.0.1.1" }
  }
}
