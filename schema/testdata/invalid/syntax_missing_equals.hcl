lab "x" {
  host "a"
}
