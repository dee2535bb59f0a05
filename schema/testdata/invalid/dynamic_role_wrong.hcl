lab "l" {}
mirror "m" {
  member "a" { role = "primary" }
  dynamic "member" {
    for_each = { b = "backup", c = "bakcup" }
    labels   = [member.key]
    content {
      role = member.value
    }
  }
}
