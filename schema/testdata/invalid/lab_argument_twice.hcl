lab "l" {
  host     = "a"
  timezone = "UTC"
  host     = "b"
}

mirror "m" {
  member "a" { role = "primary" }
}
