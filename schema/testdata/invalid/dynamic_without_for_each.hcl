lab "l" {}
dynamic "mirror" {
  labels = ["m"]
  content {
    member "a" { role = "primary" }
  }
}
