lab "l" {}
mirror "m" {
  member "a" {
    role    = "primary"
    compose = { image = "containers.intersystems.com/intersystems/iris-community:2025.1" }
  }
  member "b" {
    role    = "backup"
    compose = { image = "Not an image" }
  }
}
arbiter "arb" { compose = { image = "" } }
