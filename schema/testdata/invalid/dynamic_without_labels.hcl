lab "l" {}
dynamic "mirror" {
  for_each = [1]
  content {
    member "a" { role = "primary" }
  }
}
