lab "x" {}
arbiter "arbiter" {}
mirror "m0" {
  member "m0a" { role = "primary" }
  member "m0b" { role = "backup" }
}
mirror "m1" {
  member "m1a" { role = "primary" }
  member "m1b" { role = "backup" }
}
mirror "m2" {
  member "m2a" { role = "primary" }
  member "m2b" { role = "backup" }
}
mirror "m3" {
  member "m3a" { role = "primary" }
  member "m3b" { role = "backup" }
}
mirror "m4" {
  member "m4a" { role = "primary" }
  member "m4b" { role = "backup" }
}
mirror "m5" {
  member "m5a" { role = "primary" }
  member "m5b" { role = "backup" }
}
mirror "m6" {
  member "m6a" { role = "primary" }
  member "m6b" { role = "backup" }
}
mirror "m7" {
  member "m7a" { role = "primary" }
  member "m7b" { role = "backup" }
}
mirror "m8" {
  member "m8a" { role = "primary" }
  member "m8b" { role = "backup" }
}
mirror "m9" {
  member "m9a" { role = "primary" }
  member "m9b" { role = "backup" }
}
web_gateway "webgw" {}
haproxy "sql" {}
