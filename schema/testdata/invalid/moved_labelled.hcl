lab "l" {}

mirror "m" {
  member "a" { role = "primary" }
}

moved "b" {
  to = "a"
}
