// Package webgateway stands in for the Web Gateway container: it reads CSP.ini as the
// gateway does and passes requests to the superserver of the instance that their path
// leads to (GCGI).
package webgateway

import (
	"encoding/base64"
	"fmt"
	"net"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"mirrorgen/internal/standin/wire"
)

// A config is a CSP.ini.
type config map[string]map[string]string

func parse(text string) config {
	c, section := config{}, ""
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "[") && strings.HasSuffix(line, "]") {
			section = line[1 : len(line)-1]
			c[section] = map[string]string{}
		} else if name, value, found := strings.Cut(line, "="); found && c[section] != nil {
			c[section][strings.TrimSpace(name)] = strings.TrimSpace(value)
		}
	}
	return c
}

// check finds what the gateway could not work with: a path that leads to a server
// without a section, a server whose host does not resolve.
func (c config) check() error {
	for section, keys := range c {
		if path, found := strings.CutPrefix(section, "APP_PATH:"); found && c["APP_PATH_INDEX"][path] == "Enabled" {
			name := keys["Default_Server"]
			if c[name] == nil || c["SYSTEM_INDEX"][name] != "Enabled" {
				return fmt.Errorf("CSP.ini: the path %s leads to the server %q, which has no section or is not "+
					"enabled in [SYSTEM_INDEX]", path, name)
			}
			host := c[name]["Ip_Address"]
			if strings.Contains(host, ".svc.") {
				continue // on Kubernetes a name has an address once its pod runs
			}
			if _, err := net.LookupHost(host); err != nil {
				return fmt.Errorf("CSP.ini: server [%s]: %w", name, err)
			}
			t, secured, err := c.tls(name)
			if err == nil && secured {
				_, err = t.Name() // the files are there, and belong together
			}
			if err != nil {
				return fmt.Errorf("CSP.ini: server [%s]: %w", name, err)
			}
		}
	}
	return nil
}

// path finds the most specific application path of a URL's, by whole segments; paths
// are case-sensitive (GCGI).
func (c config) path(url string) (path string, enabled bool) {
	for name, state := range c["APP_PATH_INDEX"] {
		inside := url == name || strings.HasPrefix(url, strings.TrimSuffix(name, "/")+"/")
		if inside && len(name) > len(path) {
			path, enabled = name, state == "Enabled"
		}
	}
	return path, enabled
}

// timeout is the server's own Server_Response_Timeout, or that of [SYSTEM], or 60 s.
// It is no time-out of the mirror, and is not scaled: the lab's other time-outs are
// set against it.
func (c config) timeout(server string) time.Duration {
	for _, text := range []string{c[server]["Server_Response_Timeout"], c["SYSTEM"]["Server_Response_Timeout"]} {
		if n, err := strconv.Atoi(text); err == nil && n > 0 {
			return time.Duration(n) * time.Second
		}
	}
	return time.Minute
}

// password decodes what the gateway keeps: "]]]" and base64; of "{COMMAND}" it is what the
// command prints (GCGI).
func (c config) password(server string) string {
	text := c[server]["Password"]
	if command, found := strings.CutPrefix(text, "{"); found {
		out, err := exec.Command("/bin/sh", "-c", strings.TrimSuffix(command, "}")).Output()
		if err != nil {
			return ""
		}
		return string(out)
	}
	if encoded, found := strings.CutPrefix(text, "]]]"); found {
		if decoded, err := base64.StdEncoding.DecodeString(encoded); err == nil {
			return string(decoded)
		}
	}
	return text
}

// Security levels of a connection (class reference, %CSP.Mgr.GatewayMgr): user and password,
// and the same with TLS.
const (
	passwordLevel = "0"
	tlsLevel      = "10"
)

// tls is the TLS configuration of a server, false where it is asked without.
func (c config) tls(server string) (wire.TLS, bool, error) {
	s := c[server]
	switch level := s["Connection_Security_Level"]; level {
	case "", passwordLevel:
		return wire.TLS{}, false, nil
	case tlsLevel:
		return wire.TLS{CA: s["SSLCC_CA_Certificate_File"], Certificate: s["SSLCC_Certificate_File"],
			Key: s["SSLCC_Certificate_Key_File"], Verify: s["SSLCC_Verify_Peer"] == "1"}, true, nil
	default:
		return wire.TLS{}, false, fmt.Errorf("Connection_Security_Level %s is not modelled", level)
	}
}

// manager says whether System_Manager lets an address manage the gateway: addresses
// with * for a part.
func (c config) manager(address string) bool {
	part := strings.Split(address, ".")
	for pattern := range strings.SplitSeq(c["SYSTEM"]["System_Manager"], ",") {
		want := strings.Split(strings.TrimSpace(pattern), ".")
		if len(want) != len(part) {
			continue
		}
		matches := true
		for n := range want {
			matches = matches && (want[n] == "*" || want[n] == part[n])
		}
		if matches {
			return true
		}
	}
	return false
}
