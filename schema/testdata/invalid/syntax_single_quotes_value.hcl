lab "m" {}
mirror "d" {
  member "a" { role = 'primary' }
}
