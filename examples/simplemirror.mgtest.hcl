# What whoever edits simplemirror.hcl may rely on. "mirrorgen test examples" holds it.

run "two sets of two members" {
  assert {
    condition     = distinct([for s in plan.services : s.mirror if s.mirror != ""]) == tolist(["ap1", "ap2"])
    error_message = "The lab is about the sets ap1 and ap2."
  }
  assert {
    condition     = [for s in plan.services : s.role if s.mirror == "ap1"] == ["primary", "backup"]
    error_message = "ap1 has a primary and a backup."
  }
}

run "journals stay off the client network" {
  assert {
    condition = length([
      for s in plan.services : s.name
      if contains(keys(s.addresses), "iris-tier") && !contains(["member", "haproxy"], s.kind)
    ]) == 0
    error_message = "Nothing but members and their balancer is on iris-tier."
  }
}

run "clients find everything where the manual says" {
  assert {
    condition     = contains([for e in plan.endpoints : e.url if e.kind == "sql"], "jdbc:IRIS://irishost:1972/MIRRORNS")
    error_message = "ap1 is on the superserver's own port."
  }
  assert {
    condition     = [for s in plan.services : s.ports[*].host if s.kind == "nginx"] == [[80]]
    error_message = "The browser needs no port number."
  }
}

run "the same lab fits a cluster" {
  target = "kubernetes"
  assert {
    condition     = length([for s in plan.services : s if s.kind == "member"]) == 4
    error_message = "All members are there on Kubernetes, too."
  }
}
