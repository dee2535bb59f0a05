# The time is in milliseconds.
lab "x" {}
arbiter "arbiter" {}
mirror "m" {
  qos_timeout = 8
  member "a" { role = "primary" }
  member "b" { role = "backup" }
}
