lab "l" {}
mirror "m" {
  member "a" { role = "primary" }
}
web_gateway "g" {}
service "app" {
  image = "app:1"
  ports = ["3000:80"]
}
monitoring {}
