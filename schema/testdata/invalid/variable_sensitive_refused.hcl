variable "role" {
  default   = "hunter2"
  sensitive = true
}
lab "l" {}
mirror "m" {
  member "a" { role = var.role }
}
