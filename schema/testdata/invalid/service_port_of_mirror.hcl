lab "l" {}
mirror "m" {
  member "a" { role = "primary" }
}
web_gateway "g" {}
haproxy "sql" {}
mirror "n" {
  superserver_port = 5000
  member "n1" { role = "primary" }
}
service "app" {
  image = "app:1"
  ports = ["5000:80"]
}
