lab "l" {}
mirror "m" {
  member "a" { role = "primary" }
}
service "a" { image = "app:1" }
