lab "l" { host = "irishost", timezone = "UTC" }
mirror "m" {
  member "a" { role = "primary" }
}
