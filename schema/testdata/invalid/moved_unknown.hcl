lab "l" {}

mirror "m" {
  member "a" { role = "primary" }
}

moved {
  from = "b"
  to   = "aa"
}
