lab "l" {}
mirror "m" {
  member "a" { role = "primary" }
}
web_gateway "g" {}
monitoring "m" {}
