# Imported from docker-compose.yml by mirrorgen. Comments list what is not
# carried over.
# The instance base (intersystems/iris-community:2025.1) is not carried over:
# nothing says that it is a member of a mirror.
# Of the merge files cpf/primary.cpf, cpf/backup.cpf, cpf/ecp.cpf, the mirrors,
# their databases, the cache and the password hash are carried over; the
# argument merge takes the rest.

# Compose calls the lab after its directory; a generated one has this name.
lab "merged" {
  publish_address = "0.0.0.0"
}

# ecp: containers.intersystems.com/intersystems/iris:2025.1. The lab has one
# image for all, intersystems/iris-community:2025.1.
# iris = "intersystems/iris-community:2025.1" is not carried over:
# intersystems/iris-community:2025.1 is a Community Edition, which has no
# mirroring and no ECP. Take a licensed image, for example
# "containers.intersystems.com/intersystems/iris:2025.1".
# webgateway =
# "registry.example/webgateway-nginx@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
# is not carried over:
# registry.example/webgateway-nginx@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
# runs nginx and takes a CSP.conf of nginx, and a lab's CSP.conf is Apache's.
# Take the image with Apache, for example
# "containers.intersystems.com/intersystems/webgateway:2025.1"; nginx stands
# before the gateways as the block nginx.
images {}

iris {
  password_hash = "34e80d2f1ad5135679b3a57a9c4b1611a8a8995e0849ebe954ac1c16ad253d0274296985fea058a8aaf2a149b88082595e6374b3c2f7d5f0774f05e4311ba52d,124e81ee6bf17fcaf0dfb38a4f8a7f46e9e4b0c8c9a40864bb189d4d200b161b1451874efcbed63b801cbab592434b93037e90810d96e4ee123ac03b756779e9,10000,SHA512"
  globals       = 300
  gmheap        = 300000
}

# Its arbiter arbiter:2188 is no service of the compose file; arbiter "arbiter"
# {} adds one.
mirror "trades" {
  set_name = "TRADES"

  database "ORDERS" {
    namespace = "SALES"
  }

  # Not carried over from primary: deploy; port 51774:1973.
  member "primary" {
    role             = "primary"
    system_name      = "LEFT"
    superserver_port = 51773
  }

  # Not carried over from backup: deploy.
  member "backup" {
    role        = "backup"
    system_name = "RIGHT"
  }
}

application_server "ecp" {
  mirror = "trades"
}

# Web_Gateway is called web-gateway here, as a service of a topology can be.
# Not carried over from Web_Gateway: port 80.
web_gateway "web-gateway" {
  http_port = 0
}
