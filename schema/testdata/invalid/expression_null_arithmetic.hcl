lab "l" {}
mirror "m" {
  member "a" {
    role        = "primary"
    host_number = 1 + null
  }
}
