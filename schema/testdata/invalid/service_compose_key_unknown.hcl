lab "l" {}
mirror "m" {
  member "a" {
    role = "primary"
    compose = {
      depnds_on = ["g"]
      healthcheck = {
        tests = ["CMD", "true"]
      }
      volumes = [
        "./data/own:/own",
        { type = "bind", src = "./data/own", target = "/own" },
      ]
    }
  }
}
web_gateway "g" {
  http_port = 8080
  compose   = { user = 33, pull = "always" }
}
