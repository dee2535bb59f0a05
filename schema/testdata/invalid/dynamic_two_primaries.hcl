lab "l" {}
mirror "m" {
  dynamic "member" {
    for_each = ["a", "b"]
    labels   = [member.value]
    content {
      role = "primary"
    }
  }
}
