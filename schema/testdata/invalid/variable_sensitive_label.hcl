variable "names" {
  default   = ["hunter2"]
  sensitive = true
}
lab "l" {}
dynamic "mirror" {
  for_each = var.names
  labels   = [mirror.value]
  content {
    member "a" { role = "primary" }
  }
}
