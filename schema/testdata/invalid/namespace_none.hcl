# No database has a namespace.
lab "x" {}
arbiter "arbiter" {}
mirror "m" {
  database "APP" { namespace = "" }
  member "a" { role = "primary" }
  member "b" { role = "backup" }
}
