lab "x" {}
