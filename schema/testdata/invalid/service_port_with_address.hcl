lab "l" {}
mirror "m" {
  member "a" { role = "primary" }
}
service "app" {
  image = "app:1"
  ports = ["127.0.0.1:8090:80"]
}
