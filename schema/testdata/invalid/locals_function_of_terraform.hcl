lab "l" { host = local.host }
locals { host = filesha256("host.txt") }
mirror "m" {
  member "a" { role = "primary" }
}
