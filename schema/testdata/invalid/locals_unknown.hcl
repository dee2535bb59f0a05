locals { mirrors = 3 }
lab "l" { host = local.mirors }
mirror "m" {
  member "a" { role = "primary" }
}
