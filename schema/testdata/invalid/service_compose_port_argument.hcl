lab "l" {}
mirror "m" {
  superserver_port = 1980
  member "a" {
    role             = "primary"
    superserver_port = 3000
    compose          = { ports = ["127.0.0.1:5000:5000"] }
  }
}
web_gateway "g" {
  http_port = 8088
  compose   = { ports = ["127.0.0.1:8088:443"] }
}
web_gateway "h" {
  http_port = 0
  compose   = { ports = ["127.0.0.1:8089:80"] }
}
nginx "n" {
  http_port = 8090
  compose   = { ports = ["127.0.0.1:8090:80"] }
}
nginx "o" { compose = { ports = [] } }
haproxy "sql" {
  stats_port = 8404
  compose    = { ports = ["127.0.0.1:1981:1972"] }
}
