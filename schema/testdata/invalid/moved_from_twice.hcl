lab "l" {}

mirror "m" {
  member "a" { role = "primary" }
}

web_gateway "g" {}

moved {
  from = "b"
  to   = "a"
}

moved {
  from = "b"
  to   = "g"
}
