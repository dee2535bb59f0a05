function "f" {
  params = [x]
  result = f(x)
}
lab "l" { host = f("a") }
mirror "m" {
  member "a" { role = "primary" }
}
