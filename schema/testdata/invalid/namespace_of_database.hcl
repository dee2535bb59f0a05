# A namespace block has the name that a database gives its own namespace.
lab "x" {}
arbiter "arbiter" {}
mirror "m" {
  database "APP" {}
  database "CODE" { namespace = "" }
  namespace "app" {
    globals  = "APP"
    routines = "CODE"
  }
  member "a" { role = "primary" }
  member "b" { role = "backup" }
}
