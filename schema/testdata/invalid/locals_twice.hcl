locals { a = 1 }
locals { a = 2 }

lab "l" {}
mirror "m" {
  member "a" { role = "primary" }
}
web_gateway "g" {}
