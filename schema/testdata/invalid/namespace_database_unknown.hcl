# A namespace names a database that the mirror does not have.
lab "x" {}
arbiter "arbiter" {}
mirror "m" {
  database "APPDATA" { namespace = "" }
  database "APPCODE" { namespace = "" }
  namespace "APP" {
    globals  = "APPDATA"
    routines = "APPCODES"
  }
  member "a" { role = "primary" }
  member "b" { role = "backup" }
}
