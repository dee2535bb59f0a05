lab "l" {}

mirror "m" {
  member "a" { role = "primary" }
}

web_gateway "g" {}

moved {
  from = "a"
  to   = "g"
}
