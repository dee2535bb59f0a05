lab "l" {}
mirror "m" {
  member "a" { role = "primary" }
}
service "app" {
  image   = "app:1"
  command = []
}
