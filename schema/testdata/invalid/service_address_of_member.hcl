lab "l" {}
mirror "m" {
  member "a" { role = "primary" }
}
network "lab" { subnet = "10.0.1.0/24" }
service "app" {
  image     = "app:1"
  addresses = { lab = "10.0.1.9" }
}
service "db" {
  image       = "db:1"
  host_number = 9
}
