lab "l" {}
dynamic "mirror" {
  for_each = 3
  labels   = ["m"]
  content {
    member "a" { role = "primary" }
  }
}
