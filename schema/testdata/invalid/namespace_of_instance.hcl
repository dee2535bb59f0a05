# A namespace that every instance has.
lab "x" {}
arbiter "arbiter" {}
mirror "m" {
  database "APP" {}
  namespace "USER" { globals = "APP" }
  member "a" { role = "primary" }
  member "b" { role = "backup" }
}
