# A mirror that InterSystems' operator (IKO) makes on Kubernetes, with the lab's own gateways
# and balancers around it:
#
#   mirrorgen build --target kubernetes operator.hcl
#
# docs/kubernetes.md says what the operator decides, and what of it nobody has seen.

lab "operator" {}

iris {
  # A demonstration: the hash of the password SYS. Yours: mirrorgen password-hash
  password_hash = "34e80d2f1ad5135679b3a57a9c4b1611a8a8995e0849ebe954ac1c16ad253d0274296985fea058a8aaf2a149b88082595e6374b3c2f7d5f0774f05e4311ba52d,124e81ee6bf17fcaf0dfb38a4f8a7f46e9e4b0c8c9a40864bb189d4d200b161b1451874efcbed63b801cbab592434b93037e90810d96e4ee123ac03b756779e9,10000,SHA512"
}

arbiter "witness" {}

mirror "bank" {
  member "bank-a" { role = "primary" }
  member "bank-b" { role = "backup" }
}

web_gateway "gate1" {}
web_gateway "gate2" {}
nginx "web" {}
haproxy "sql" {}

kubernetes {
  operator     = true
  storage_size = "50Gi"
}
