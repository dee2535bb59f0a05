lab "l" {}

mirror "m" {
  member "a" { role = "primary" }
}

moved {
  from = "b"
  to   = "c"
}

moved {
  from = "c"
  to   = "d"
}

moved {
  from = "d"
  to   = "b"
}
