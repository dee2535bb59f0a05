variable "pinned" {
  type      = map(string)
  sensitive = true
  default   = { "S3CR3T" = "10.0.0.9" }
}
lab "m" {}
mirror "demo" {
  member "demo-a" {
    role      = "primary"
    addresses = var.pinned
  }
}
