# Two mirror sets of two members, behind two Web Gateways: journal traffic on
# one network, clients on another, an arbiter for both sets.
#
#   browser -> nginx (80) -> webgw1, webgw2 -> the primary of /ap1 or /ap2
#   SQL     -> haproxy (1972, 11972)        -> the primary of ap1 or ap2

lab "simplemirror" {
  host      = "irishost"
  timezone  = "Asia/Tokyo"
  languages = ["en", "ja"]

  mirror_network = "iris-tier"
  client_network = "arbiter-tier"
}

images {
  tag = "2025.1"
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
  password_hash = "34e80d2f1ad5135679b3a57a9c4b1611a8a8995e0849ebe954ac1c16ad253d0274296985fea058a8aaf2a149b88082595e6374b3c2f7d5f0774f05e4311ba52d,124e81ee6bf17fcaf0dfb38a4f8a7f46e9e4b0c8c9a40864bb189d4d200b161b1451874efcbed63b801cbab592434b93037e90810d96e4ee123ac03b756779e9,10000,SHA512"
}

arbiter "arbiter" {
  host_number = 10
}

mirror "ap1" {
  member "ap1a" { role = "primary" }
  member "ap1b" { role = "backup" }
}

mirror "ap2" {
  member "ap2a" { role = "primary" }
  member "ap2b" { role = "backup" }
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
