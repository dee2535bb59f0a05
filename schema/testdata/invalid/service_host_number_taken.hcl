lab "l" {}
mirror "m" {
  member "a" { role = "primary" }
}
service "app" {
  image       = "app:1"
  host_number = 7
}
service "db" {
  image       = "db:1"
  host_number = 7
}
