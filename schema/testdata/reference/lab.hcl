lab "demo" {
  host      = "irishost" # as in http://irishost:8080/
  timezone  = "Asia/Tokyo"
  languages = ["en", "ja"]
}

# The rest of the lab.

arbiter "arbiter" {}

mirror "ap1" {
  member "ap1a" { role = "primary" }
  member "ap1b" { role = "backup" }
}

web_gateway "webgw" {}

nginx "web" {}

haproxy "sql" {}
