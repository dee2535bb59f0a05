lab "x" {
  mirror_setup = "config_mirror"
}
images { tag = "2021.1" }
mirror "demo" {
  member "demo-a" { role = "primary" }
}
