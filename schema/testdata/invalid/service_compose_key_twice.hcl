lab "l" {}
mirror "m" {
  member "a" {
    role = "primary"
    compose = {
      volumes    = ["./data/own:/own"]
      "volumes+" = ["./data/more:/more"]
    }
  }
}
