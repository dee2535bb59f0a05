lab "l" {}
mirror "m" {
  member "a" { role = "primary" }
}
service "api" { image = "app:1" }
