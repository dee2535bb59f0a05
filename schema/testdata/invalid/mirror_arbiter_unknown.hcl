lab "x" {}
arbiter "arbiter" {}
mirror "demo" {
  arbiter = "arbitre"
  member "demo-a" { role = "primary" }
}
