# The topology of the lab in old/: a release whose merge files hold parameters
# alone, so that the hook connects the application server. Kept as it was built:
#
#   mirrorgen build testdata/old.hcl -o testdata/old --force

lab "old" {}

images {
  tag = "2021.1"
}

arbiter "arbiter" {}

mirror "ap1" {
  member "ap1a" { role = "primary" }
  member "ap1b" { role = "backup" }
}

application_server "app1" { mirror = "ap1" }
