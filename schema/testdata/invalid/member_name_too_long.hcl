lab "x" {}
arbiter "arbiter" {}
mirror "demo" {
  member "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" { role = "primary" }
}
