lab "l" {}
mirror "m" {
  member "a" { role = "primary" }
}
service "one" {
  image       = "app:1"
  after       = ["two"]
  healthcheck = { test = "true" }
}
service "two" {
  image       = "app:1"
  after       = ["a", "three"]
  healthcheck = { test = "true" }
}
service "three" {
  image       = "app:1"
  after       = ["one"]
  healthcheck = { test = "true" }
}
