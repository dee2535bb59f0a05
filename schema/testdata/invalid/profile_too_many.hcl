lab "m" {}
mirror "demo" {
  member "demo-a" { role = "primary" }
}
dynamic "profile" {
  for_each = range(1001)
  labels   = ["p${profile.value}"]
  content { services = ["demo-a"] }
}
