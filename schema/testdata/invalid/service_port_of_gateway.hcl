lab "l" {}
mirror "m" {
  member "a" { role = "primary" }
}
web_gateway "g" { http_port = 8090 }
service "app" {
  image = "app:1"
  ports = ["8091:81", "8090:80"]
}
