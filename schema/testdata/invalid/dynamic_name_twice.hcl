lab "l" {}
dynamic "mirror" {
  for_each = ["a1", "a2"]
  labels   = ["m"]
  content {
    dynamic "member" {
      for_each = [mirror.value]
      labels   = [member.value]
      content {
        role = "primary"
      }
    }
  }
}
