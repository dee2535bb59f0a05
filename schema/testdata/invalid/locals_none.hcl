lab "l" { host = local.host }
mirror "m" {
  member "a" { role = "primary" }
}
