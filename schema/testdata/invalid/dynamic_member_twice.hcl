lab "l" {}
dynamic "mirror" {
  for_each = [1, 2]
  labels   = ["m${mirror.value}"]
  content {
    member "a" { role = "primary" }
  }
}
