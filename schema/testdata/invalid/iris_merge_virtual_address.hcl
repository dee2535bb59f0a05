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
    ModifyMirror:Name=X,VirtualAddress=10.0.0.9
  EOT
}
