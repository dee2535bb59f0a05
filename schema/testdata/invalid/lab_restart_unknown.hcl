# Kubernetes spells it so, Compose does not.
lab "x" {
  restart = "Never"
}
arbiter "arbiter" {}
