run "one" {
  command = "rehearse"
  assert {
    condition     = rehearsal.trials[1].load.longest_gap < "5s"
    error_message = "Too long."
  }
}
