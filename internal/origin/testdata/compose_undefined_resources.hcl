lab "l" {}
mirror "m" {
  member "a" { role = "primary" }
}
web_gateway "g" {
  compose = {
    "volumes+" = ["../own:/own", "cache:/cache", "../own:/own2", "more:/more"]
    secrets    = ["pw"]
    configs    = [{ source = "site", target = "/site" }]
    networks   = { other = {} }
    depends_on = { nosuch = { condition = "service_started" } }
  }
}
