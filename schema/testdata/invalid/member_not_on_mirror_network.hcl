lab "x" {}
network "a" {}
network "b" {}
arbiter "arbiter" {}
mirror "demo" {
  member "demo-a" {
    role = "primary"
    networks = ["b"]
  }
}
