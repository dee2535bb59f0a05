lab "l" {}
dynamic "mirror" {
  for_each = [1]
  labels = ["m"]
}
