lab "m" {}
resource "d" {
}
