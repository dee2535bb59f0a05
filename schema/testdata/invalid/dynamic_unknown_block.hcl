lab "l" {}
dynamic "miror" {
  for_each = [1]
  labels   = ["m"]
  content {}
}
mirror "m" {
  member "a" { role = "primary" }
}
