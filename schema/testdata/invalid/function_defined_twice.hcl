function "f" {
  params = [x]
  result = x
}
function "f" {
  params = [x]
  result = x
}

lab "l" {}
mirror "m" {
  member "a" { role = "primary" }
}
web_gateway "g" {}
