local lines(list) = std.join('', list);

local member(m) =
  '  %(name)s: # %(role)s\n    <<: *iris\n    hostname: %(name)s\n    depends_on:\n' % m
  + lines(['      %(service)s: { condition: %(condition)s }\n' % d for d in m.dependencies])
  + '    volumes:\n'
  + lines(['      - *%s\n' % name for name in ['license-key', 'instances', 'before-start', 'after-start', 'health', 'demo-rest', 'demo-record']])
  + '      - { type: bind, source: ./iris/merge/%(name)s.cpf, target: /lab/merge.cpf, read_only: true, bind: { create_host_path: false } }\n    networks:\n' % m
  + lines(['      %(network)s: { ipv4_address: %(ip)s }\n' % a for a in m.addresses]);

local listener(l, check, maxconn) =
  '\nlisten %s\n    mode tcp\n    # Further clients wait until one leaves; the other sections do not notice.\n' % l.name
  + '    maxconn %s\n    bind *:%s\n    balance first\n    option httpchk\n' % [maxconn, l.port]
  + '    http-check send meth GET uri-lf /%[srv_name]/csp/mirror_status.cxw ver HTTP/1.1 hdr Host haproxy\n'
  + '    http-check expect status 200\n'
  + '    default-server check addr 127.0.0.1 port 8405 inter %s fall 2 rise 1 on-marked-down shutdown-sessions\n' % check
  + lines(['    server %(name)s %(address)s:1972 # %(role)s at first start\n' % s for s in l.servers]);

local server(s) =
  '[%(name)s]\nIp_Address=%(address)s\nTCP_Port=1972\n' % s
  + (if s.mirror then 'Mirror_Aware=1\n' else '')
  + |||
    Minimum_Server_Connections=3
    Server_Response_Timeout=%(timeout)s
    Connection_Security_Level=0
    Username=%(username)s
    Password=%(password)s

  ||| % s;

function(data)
  lines([
    part.head
    + lines([
      '  # Mirror %(name)s: set %(set)s\n' % m + lines([member(x) for x in m.members]) + m.end
      for m in part.mirrors
    ]) + part.tail
    for part in data.compose
  ])
  + data.haproxy.head + lines([listener(l, data.haproxy.check, data.haproxy.maxconn) for l in data.haproxy.listeners]) + data.haproxy.tail
  + data.gateway.head
  + '[SYSTEM_INDEX]\n' + lines(['%s=Enabled\n' % s.name for s in data.gateway.servers]) + '\n'
  + lines([server(s) for s in data.gateway.servers])
  + '[APP_PATH_INDEX]\n/=Disabled\n/csp=Disabled\n'
  + lines(['/%s=Enabled\n' % s.name for s in data.gateway.servers])
  + lines(['\n[APP_PATH:/%(name)s]\nDefault_Server=%(name)s\nAlternative_Server_0=1~~~~~~%(name)s\n' % s for s in data.gateway.servers])
