lab "x" {}
arbiter "arbiter" {}
mirror "demo" {}
