# Imported from compose.yaml by mirrorgen. Comments list what is not carried
# over.
# Not carried over from the compose file: volumes.

# The licence key is keys/mirror.key in the generated directory: put yours
# there.
lab "anchored-lab" {
  timezone    = "Asia/Tokyo"
  license_key = "keys/mirror.key"
}

images {
  iris       = "containers.intersystems.com/intersystems/iris:2024.1"
  arbiter    = "containers.intersystems.com/intersystems/arbiter:2024.1"
  webgateway = "containers.intersystems.com/intersystems/webgateway:2024.1"
}

network "labnet" {
  subnet = "10.77.3.0/26"
}

iris {
  stop_grace_period = "6m"
}

arbiter "witness" {}

# Data is kept in data/ of the generated directory; the volumes of the compose
# file are not taken over.
# The lab names no database of the mirror: without a database block there is
# MIRRORDB, with the namespace MIRRORNS.
mirror "iris" {
  durable = true

  # iris_1 is called iris-1 here, as a service of a topology can be.
  # Not carried over from iris_1: env_file secret.env, which is no file below
  # its directory; volume east-data:/dur.
  member "iris-1" {
    role             = "primary"
    superserver_port = 41972
    host_number      = 20
    cpus             = 2
    environment = {
      APP_MODE  = "demo 10.77.3"
      ROLE_HINT = "first"
      NOTE      = "costs $5"
    }
  }

  # iris_2 is called iris-2 here, as a service of a topology can be.
  # Not carried over from iris_2: env_file secret.env, which is no file below
  # its directory.
  member "iris-2" {
    role        = "backup"
    host_number = 21
    cpus        = 2
    environment = {
      APP_MODE = "demo 10.77.3"
      NOTE     = "costs $5"
    }
  }

  # iris_dr is called iris-dr here, as a service of a topology can be.
  # Not carried over from iris_dr: env_file secret.env, which is no file below
  # its directory; environment FROM_SHELL, which has no value in .env or the
  # environment; aliases on network labnet.
  member "iris-dr" {
    role        = "drasync"
    host_number = 22
    cpus        = 2
    environment = {
      APP_MODE = "demo 10.77.3"
      NOTE     = "costs $5"
    }
  }

  # iris_report is called iris-report here, as a service of a topology can be.
  # Not carried over from iris_report: env_file secret.env, which is no file
  # below its directory.
  member "iris-report" {
    role = "rorasync"
    cpus = 2
    environment = {
      APP_MODE = "demo 10.77.3"
      NOTE     = "costs $5"
    }
  }
}

# Not carried over from webgateway: healthcheck.
web_gateway "webgateway" {
  http_port = 18080
}

service "dashboards" {
  image = "grafana/grafana:11.0.0"
}
