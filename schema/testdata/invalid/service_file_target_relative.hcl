lab "l" {}
mirror "m" {
  member "a" { role = "primary" }
}
service "app" {
  image = "app:1"
  files = { "app.conf" = "app.conf" }
}
