lab "x" {}
web_gateway "webgw" {}
haproxy "sql" {}
