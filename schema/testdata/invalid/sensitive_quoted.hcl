variable "extra" {
  type      = string
  sensitive = true
  default   = "[config]\nS3CR3Tkey=1"
}
variable "env" {
  type      = map(string)
  sensitive = true
  default   = { "S3CR3T K" = "x" }
}
variable "conf" {
  type      = string
  sensitive = true
  default   = "S3CR3T {"
}
lab "m" {}
mirror "demo" {
  member "demo-a" {
    role        = "primary"
    environment = var.env
    merge       = var.extra
  }
}
web_gateway "webgw" {}
nginx "web" { config = var.conf }
