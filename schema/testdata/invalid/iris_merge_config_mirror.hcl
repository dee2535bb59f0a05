lab "x" {}
arbiter "arbiter" {}
mirror "demo" {
  member "demo-a" { role = "primary" }
  member "demo-b" { role = "backup" }
}
web_gateway "webgw" {}
iris {
  merge = <<-EOT
    [Actions]
    ConfigMirror:Name=X,Member=primary,Primary=localhost
  EOT
}
