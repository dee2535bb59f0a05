# Imported from docker-compose.yml by mirrorgen. Comments list what is not
# carried over.
# The lab names no database of these mirrors: shop, stock. Without a database
# block a mirror has MIRRORDB, with the namespace MIRRORNS.
# Not carried over from the compose file: volumes.
# Network unused has no service of the lab on it.

# Compose calls the lab after its directory; a generated one has this name.
# The licence key is iris.key in the generated directory: put yours there.
lab "two-tier" {
  publish_address = "0.0.0.0"
  timezone        = "Europe/Berlin"
  mirror_network  = "back"
  client_network  = "front"
}

images {
  iris    = "containers.intersystems.com/intersystems/iris:2023.1"
  arbiter = "containers.intersystems.com/intersystems/arbiter:2023.1"
  nginx   = "nginx:1.27"
}

network "back" {
  subnet = "172.28.1.0/24"
}

network "front" {
  subnet = "172.28.9.0/24"
}

arbiter "arbiter" {
  host_number = 5
}

mirror "shop" {
  set_name         = "SHOP"
  superserver_port = 1972

  # Not carried over from shop-a: command -a /hostdir/setup.sh; volume
  # .:/hostdir.
  member "shop-a" {
    role             = "primary"
    system_name      = "SHOPA"
    web_port         = 19773
    superserver_port = 19972
    host_number      = 11
  }

  # Not carried over from shop-b: command -a /hostdir/setup.sh; volume
  # .:/hostdir.
  member "shop-b" {
    role        = "backup"
    system_name = "SHOPB"
    web_port    = 19774
    host_number = 12
    environment = { PRIMARYHOST = "shop-a" }
  }
}

mirror "stock" {
  set_name         = "SHOP"
  superserver_port = 11972

  # Not carried over from stock-a: command -a /hostdir/setup.sh; volume
  # .:/hostdir.
  member "stock-a" {
    role      = "primary"
    addresses = { "back" = "172.28.1.21", "front" = "172.28.9.22" }
  }

  # Not carried over from stock-b: command -a /hostdir/setup.sh; volume
  # .:/hostdir.
  member "stock-b" {
    role        = "backup"
    host_number = 23
  }
}

# gate1 is built in ./webgateway, whose Dockerfile cannot be read; the lab takes
# the vendor's image.
# Paths of CSP.ini that the lab does not have, and that the argument ini adds: /
# to shop, /reports to shop.
# Not carried over from gate1: port 8443:443.
web_gateway "gate1" {
  host_number             = 31
  http_port               = 8080
  default_server          = "shop-a"
  server_response_timeout = 45
  system_manager          = ["127.0.0.1", "172.28.*.*"]
}

# gate2 is built in ./webgateway, whose Dockerfile cannot be read; the lab takes
# the vendor's image.
# Paths of CSP.ini that the lab does not have, and that the argument ini adds: /
# to shop, /reports to shop.
web_gateway "gate2" {
  host_number             = 32
  http_port               = 8081
  default_server          = "shop-a"
  server_response_timeout = 45
  system_manager          = ["127.0.0.1", "172.28.*.*"]
}

# Of nginx's configuration, only times and the port are carried over: the lab
# writes its own, to which config adds.
nginx "lb" {
  host_number     = 40
  http_port       = 80
  connect_timeout = "2s"
  read_timeout    = "90s"
  fail_timeout    = "20s"
  max_fails       = 3
}

# sqlproxy is built in haproxy, whose Dockerfile cannot be read; the lab takes
# the vendor's image.
# sqlproxy is on network front as well, where the lab needs it.
# Of haproxy.cfg, only the ports are carried over: the lab has time-outs and
# health checks of its own, which check_interval, idle_timeout and config
# change.
# Not carried over from sqlproxy: cap_add.
haproxy "sqlproxy" {
  addresses  = { "back" = "172.28.1.41" }
  stats_port = 8404
}

service "mailcatcher" {
  image = "schickling/mailcatcher"
  ports = ["1080:1080"]
}
