# A namespace without a database.
lab "x" {}
arbiter "arbiter" {}
mirror "m" {
  database "APP" {}
  namespace "APP2" {}
  member "a" { role = "primary" }
  member "b" { role = "backup" }
}
