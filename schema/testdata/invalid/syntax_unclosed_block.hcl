lab "x" {
  host = "a"
