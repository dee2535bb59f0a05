# The lab of simplemirror.hcl as it was in 2020: IRIS 2020.3, whose members still
# have a web server of their own, on the host ports 9092 to 9095. HAProxy asks
# that web server which member is primary. Both mirror sets have the same name,
# which works as long as no instance meets both.
#
# Images of that time are no longer in every registry: set registry, or iris and
# arbiter, to where you keep yours.

lab "simplemirror-2020" {
  host      = "irishost"
  timezone  = "Asia/Tokyo"
  languages = ["en", "ja"]

  mirror_network = "iris-tier"
  client_network = "arbiter-tier"
}

images {
  tag = "2020.3.0.221.0"

  # A Web Gateway may be newer than the instances behind it, and those of 2020 do
  # not read the files of this lab.
  webgateway = "containers.intersystems.com/intersystems/webgateway:2025.1"
}

network "iris-tier" {
  subnet = "10.0.1.0/24"
}

network "arbiter-tier" {
  subnet = "10.0.100.0/24"
}

iris {
  # The predefined accounts get the password SYS. It is in every manual: give
  # your own hash before anyone else can reach the lab.
  password_hash = "FBFE8593AEFA510C27FD184738D6E865A441DE98,u4ocm4qh"
}

arbiter "arbiter" {
  host_number = 10
}

mirror "ap1" {
  set_name = "MIRRORSET"

  member "ap1a" {
    role        = "primary"
    system_name = "MIRRORA"
    web_port    = 9092
  }

  member "ap1b" {
    role        = "backup"
    system_name = "MIRRORB"
    web_port    = 9093
  }
}

mirror "ap2" {
  set_name = "MIRRORSET"

  member "ap2a" {
    role        = "primary"
    system_name = "MIRRORA"
    web_port    = 9094
  }

  member "ap2b" {
    role        = "backup"
    system_name = "MIRRORB"
    web_port    = 9095
  }
}

web_gateway "webgw1" {
  host_number = 11
}

web_gateway "webgw2" {
  host_number = 12
}

nginx "nginx" {
  host_number = 13
}

haproxy "haproxy" {
  host_number = 14
}
