# Containers of the user's own beside a small lab, which "mirrorgen build" writes to services.
lab "services" {}

arbiter "arbiter" {}

mirror "ap1" {
  member "ap1a" { role = "primary" }
  member "ap1b" { role = "backup" }
}

web_gateway "webgw1" {}
nginx "web" {}
haproxy "sql" {}

service "app" {
  image       = "nginx:1.27"
  command     = ["nginx", "-g", "daemon off;"]
  ports       = ["8090:80"]
  files       = { "/etc/nginx/conf.d/default.conf" = "app/nginx.conf", "/certs/ca.pem" = "certs/ca.pem" }
  after       = ["ap1a", "hub"]
  environment = { ISC_CPF_MERGE_FILE = "/none" }
}

service "hub" {
  image       = "hub:1"
  healthcheck = { test = ["CMD", "wget", "-qO-", "http://ap1a:1/"], interval = "5m" }
}

monitoring {}
