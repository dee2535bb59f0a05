lab "l" {}
mirror "m" {
  member "a" { role = "primary" }
}
service "app" {
  image   = "app:1"
  ports   = ["8090:80"]
  compose = { ports = ["127.0.0.1:8091:80"] }
}
