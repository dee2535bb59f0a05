package templates

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A directive of raw text takes the place of the lab's own in the server block, and no
// comment stays behind that was about that one alone.
func TestReplaceDirectives(t *testing.T) {
	const file = `proxy_read_timeout 1s;

server {
    listen 80;
    access_log /dev/stdout lab;

    # Uploads.
    client_max_body_size 0;
    # Long headers,
    # whole login states.
    proxy_buffer_size 32k;
    proxy_buffers 8 32k;

    proxy_set_header Host $http_host;
    proxy_set_header X-Real-IP $remote_addr;

    proxy_connect_timeout 1s;
    # Longer.
    proxy_read_timeout 60s;
    proxy_send_timeout 60s;

    location / {
        proxy_read_timeout 2s;
        client_max_body_size 3;
    }

    # From the topology
`
	const raw = `    client_max_body_size 1m;
    proxy_buffers 4 8k;
    proxy_set_header host example;
    proxy_read_timeout 61s;
    proxy_send_timeout 61s;
    gzip on;
    location /own {
        proxy_connect_timeout 9s;
    }
`
	const want = `proxy_read_timeout 1s;

server {
    listen 80;
    access_log /dev/stdout lab;

    # Long headers,
    # whole login states.
    proxy_buffer_size 32k;

    proxy_set_header X-Real-IP $remote_addr;

    proxy_connect_timeout 1s;

    location / {
        proxy_read_timeout 2s;
        client_max_body_size 3;
    }

    # From the topology
`
	got := string(replaceDirectives(raw, []byte(file+raw+"}\n")))
	if diff := cmp.Diff(want+raw+"}\n", got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	const other = file + "    gzip on;\n}\n"
	if same := string(replaceDirectives("gzip on;\n", []byte(other))); same != other {
		t.Errorf("changed without need:\n%s", same)
	}
}
