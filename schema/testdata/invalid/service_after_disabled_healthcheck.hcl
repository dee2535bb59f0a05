lab "l" {}
mirror "m" {
  member "a" { role = "primary" }
}
service "app" {
  image = "app:1"
  after = ["db"]
}
service "db" {
  image       = "db:1"
  healthcheck = { disable = true }
}
