# A member that comes back by itself hides what a drill shows.
lab "x" {}
arbiter "arbiter" {}
mirror "m" {
  member "a" {
    role    = "primary"
    restart = "always"
  }
  member "b" { role = "backup" }
}
