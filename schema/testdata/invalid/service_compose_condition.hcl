lab "l" {}
mirror "m" {
  member "a" { role = "primary" }
  member "b" {
    role    = "backup"
    compose = { depends_on = { a = { restart = true }, arb = { restart = true } } }
  }
}
mirror "n" {
  member "c" {
    role    = "primary"
    compose = { depends_on = { a = { restart = true } } }
  }
}
arbiter "arb" {}
