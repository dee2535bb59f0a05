lab "l" { host = "${upper(" }
