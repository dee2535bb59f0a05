lab "demo" {}
arbiter "arbiter" {
  kubernetes = { spec = { templte = {} } }
}
mirror "m" {
  member "ma" {
    role = "primary"
    kubernetes = {
      metadata = { labels = { "a key" = "x" }, annotations = { n = 5 } }
      spec = { template = { spec = {
        terminationGracePeriodSeconds = "30s"
        tolerations                   = [{ key = "a", operator = "Exist" }]
        containers                    = [{ name = "iris", resources = { limits = { memory = "8 GB" } } }]
      } } }
    }
  }
}
