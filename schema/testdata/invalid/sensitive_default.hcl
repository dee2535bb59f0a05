variable "ports" {
  type      = map(number)
  sensitive = true
  default   = { S3CR3T = "no number" }
}
lab "m" {}
mirror "demo" {
  member "demo-a" {
    role = "primary"
  }
}
