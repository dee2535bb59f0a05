lab "l" {}
mirror "m" {
  member "a" { role = "primary" }
}
service "m" { image = "app:1" }
