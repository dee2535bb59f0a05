lab "l" {}
arbiter "arbiter" {}
iris {
  merge = <<-EOT
    [Startup]
    ZSTU=0
    DefaultPort=1973
  EOT
}
mirror "x" {
  member "a" { role = "primary" }
  member "b" {
    role  = "backup"
    merge = "[config]\ngmheap=1\n"
  }
}
web_gateway "webgw" {
  ini = {
    SYSTEM        = { Server_Response_Timeout = "600" }
    "APP_PATH:/x" = { Default_Server = "zz" }
  }
}
nginx "web" {
  config = <<-EOT
    client_max_body_size 1m;
    proxy_read_timeout 5s;
    location / {
      return 404;
    }
    client_max_body_size 2m;
  EOT
}
haproxy "sql" {
  config = <<-EOT
    retries 3
    timeout check 9s
  EOT
}
