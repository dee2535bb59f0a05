variable "mirrors" { type = number }
lab "l" {}
dynamic "mirror" {
  for_each = range(var.mirrors)
  labels   = ["m${mirror.value}"]
  content {
    member "a" { role = "primary" }
  }
}
