lab "l" {}

mirror "m" {
  member "a" { role = "primary" }
}

moved {
  from = "b"
  to   = "a"
}

moved {
  from = "c"
  to   = "a"
}
