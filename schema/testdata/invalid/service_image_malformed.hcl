lab "l" {}
mirror "m" {
  member "a" { role = "primary" }
}
service "app" { image = "Team/App" }
