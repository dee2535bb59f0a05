lab "l" {}
mirror "m" {
  member "a" { role = "primary" }
}
service "app" {
  image       = "app:1"
  healthcheck = {
    test     = "true"
    interval = "5"
    timeout  = "0s"
  }
}
