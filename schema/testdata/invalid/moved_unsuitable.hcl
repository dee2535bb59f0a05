lab "l" {}

mirror "m" {
  member "a" { role = "primary" }
}

moved {
  from = "Old_Name"
  to   = "a"
}
