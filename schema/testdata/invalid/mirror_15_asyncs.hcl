lab "x" {}
mirror "demo" {
  member "demo-00" { role = "primary" }
  member "demo-01" { role = "drasync" }
  member "demo-02" { role = "drasync" }
  member "demo-03" { role = "drasync" }
  member "demo-04" { role = "drasync" }
  member "demo-05" { role = "drasync" }
  member "demo-06" { role = "drasync" }
  member "demo-07" { role = "drasync" }
  member "demo-08" { role = "drasync" }
  member "demo-09" { role = "drasync" }
  member "demo-10" { role = "drasync" }
  member "demo-11" { role = "drasync" }
  member "demo-12" { role = "drasync" }
  member "demo-13" { role = "drasync" }
  member "demo-14" { role = "drasync" }
  member "demo-15" { role = "drasync" }
}
