lab "c" {}
arbiter "arbiter" {}
dynamic "mirror" {
  for_each = ["x", "y"]
  labels   = [mirror.value]

  content {
    dynamic "member" {
      for_each = ["primary", "backup", "drasync"]
      labels   = ["${mirror.value}${member.key}"]

      content {
        role    = member.value
        compose = { command = ["--check-caps", "false"] }
      }
    }
  }
}
