lab "l" {}
mirror "m" {
  member "a" {
    role    = "primary"
    compose = { "volumes+" = "./data/own:/own" }
  }
}
