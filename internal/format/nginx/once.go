package nginx

import (
	"strings"

	"mirrorgen/internal/format/text"
)

// once are the directives that nginx takes once in a block and refuses a second time.
const once = "client_body_buffer_size client_body_timeout client_header_buffer_size client_header_timeout " +
	"client_max_body_size default_type gzip keepalive keepalive_requests large_client_header_buffers " +
	"limit_conn_log_level proxy_buffer_size proxy_buffering proxy_buffers proxy_busy_buffers_size " +
	"proxy_connect_timeout proxy_http_version proxy_ignore_client_abort proxy_intercept_errors " +
	"proxy_next_upstream_timeout proxy_next_upstream_tries proxy_pass proxy_read_timeout " +
	"proxy_request_buffering proxy_send_timeout reset_timedout_connection root send_timeout sendfile " +
	"server_tokens tcp_nodelay tcp_nopush"

// Once reports whether nginx takes a directive of that name once in a block.
func Once(name string) bool { return text.Has(once, name) }

// Replaces reports whether a directive takes the place of another in the same block, because
// they set the same thing and one of the two is meant: nginx would refuse the second, send a
// header twice, or do what both say.
func (d *Directive) Replaces(other *Directive) bool {
	if d.Name != other.Name || d.HasBlock || other.HasBlock {
		return false
	}
	switch d.Name {
	case "proxy_set_header", "limit_conn":
		return strings.EqualFold(d.Arg(0), other.Arg(0))
	case "proxy_next_upstream", "server_name", "access_log":
		return true
	}
	return Once(d.Name)
}
