# A namespace whose name is none.
lab "x" {}
arbiter "arbiter" {}
mirror "m" {
  database "APP" {}
  namespace "MY APP" { globals = "APP" }
  member "a" { role = "primary" }
  member "b" { role = "backup" }
}
