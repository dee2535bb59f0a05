lab "x" {}
arbiter "arbiter" {}
member "demo-a" { role = "primary" }
