# Any number of mirror sets that are alike, in one lab. variables.hcl says what can
# be chosen; the letter of a member (a, b, c, ...) stands for its role at first start.

locals {
  letters  = split("", "abcdefghijklmnop")
  roles    = concat(["primary", "backup"], [for i in range(14) : "drasync"])
  gateways = coalesce(var.gateways, max(3, ceil(var.mirrors / 10)))
  digits   = max(2, strlen(tostring(var.mirrors)))
  mirrors  = [for i in range(1, var.mirrors + 1) : format("m%0${local.digits}d", i)]
  members  = [for i in range(var.members) : { letter = local.letters[i], role = local.roles[i] }]
}

lab "fleet" {}

iris {
  password_hash = "34e80d2f1ad5135679b3a57a9c4b1611a8a8995e0849ebe954ac1c16ad253d0274296985fea058a8aaf2a149b88082595e6374b3c2f7d5f0774f05e4311ba52d,124e81ee6bf17fcaf0dfb38a4f8a7f46e9e4b0c8c9a40864bb189d4d200b161b1451874efcbed63b801cbab592434b93037e90810d96e4ee123ac03b756779e9,10000,SHA512"
}

network "fleet" {
  subnet = var.subnet
}

arbiter "arbiter" {}

dynamic "mirror" {
  for_each = local.mirrors
  labels   = [mirror.value]

  content {
    dynamic "member" {
      for_each = local.members
      labels   = ["${mirror.value}${member.value.letter}"]

      content {
        role = member.value.role
      }
    }
  }
}

dynamic "web_gateway" {
  for_each = range(1, local.gateways + 1)
  labels   = ["webgw${web_gateway.value}"]

  content {}
}

nginx "nginx" {}

haproxy "haproxy" {}
