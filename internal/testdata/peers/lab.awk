# Prints lines of fields: the first says what, "=" a line as it is.
BEGIN { FS = "\t" }
$1 == "=" { print $2 }
$1 == "mirror" { print "  # Mirror " $2 ": set " $3 }
$1 == "member" {
  print "  " $2 ": # " $3 "\n    <<: *iris\n    hostname: " $2 "\n    depends_on:"
}
$1 == "dependency" { print "      " $2 ": { condition: " $3 " }" }
$1 == "volumes" {
  print "    volumes:\n      - *license-key\n      - *instances\n      - *before-start\n      - *after-start\n      - *health\n      - *demo-rest\n      - *demo-record"
  print "      - { type: bind, source: ./iris/merge/" $2 ".cpf, target: /lab/merge.cpf, read_only: true, bind: { create_host_path: false } }\n    networks:"
}
$1 == "address" { print "      " $2 ": { ipv4_address: " $3 " }" }
$1 == "listener" {
  print "\nlisten " $2 "\n    mode tcp\n    # Further clients wait until one leaves; the other sections do not notice.\n    maxconn " $5 "\n    bind *:" $3 "\n    balance first\n    option httpchk"
  print "    http-check send meth GET uri-lf /%[srv_name]/csp/mirror_status.cxw ver HTTP/1.1 hdr Host haproxy\n    http-check expect status 200"
  print "    default-server check addr 127.0.0.1 port 8405 inter " $4 " fall 2 rise 1 on-marked-down shutdown-sessions"
}
$1 == "backend" { print "    server " $2 " " $3 ":1972 # " $4 " at first start" }
$1 == "index" { print $2 "=Enabled" }
$1 == "server" {
  print "[" $2 "]\nIp_Address=" $3 "\nTCP_Port=1972"
  if ($4 == "true") print "Mirror_Aware=1"
  print "Minimum_Server_Connections=3\nServer_Response_Timeout=" $5 "\nConnection_Security_Level=0\nUsername=" $6 "\nPassword=" $7 "\n"
}
$1 == "route" { print "\n[APP_PATH:/" $2 "]\nDefault_Server=" $2 "\nAlternative_Server_0=1~~~~~~" $2 }
