package schema

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

func letter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }
func digit(c byte) bool  { return c >= '0' && c <= '9' }
func lower(c byte) bool  { return c >= 'a' && c <= 'z' }

// made reports whether s consists of bytes that ok accepts, least to most long.
func made(s string, least, most int, ok func(c byte) bool) bool {
	if len(s) < least || len(s) > most {
		return false
	}
	for i := range len(s) {
		if !ok(s[i]) {
			return false
		}
	}
	return true
}

// ServiceName is the rule for services, labs, mirrors, networks and profiles:
// ^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$.
func ServiceName(s string) bool {
	return made(s, 1, 63, func(c byte) bool { return lower(c) || digit(c) || c == '-' }) && s[0] != '-' &&
		s[len(s)-1] != '-'
}

// setName is a mirror set name: 1 to 15 letters and digits (GHA).
func setName(s string) string {
	if made(s, 1, 15, func(c byte) bool { return letter(c) || digit(c) }) {
		return ""
	}
	return fmt.Sprintf("%s is not a mirror set name: 1 to 15 letters and digits.", shown(s))
}

// systemName is a mirror member name: ^[A-Z0-9_-]{1,32}$ (GHA, narrowed to what
// is safe in every file that it appears in).
func systemName(s string) string {
	if made(s, 1, 32, func(c byte) bool { return c >= 'A' && c <= 'Z' || digit(c) || c == '_' || c == '-' }) {
		return ""
	}
	return fmt.Sprintf("%s is not a mirror member name: 1 to 32 capital letters, digits, - and _.", shown(s))
}

// databaseName is a database name that is also a mirror database name: it
// starts with a letter or _, then letters, digits, - and _, at most 62 (GSA).
func databaseName(s string) bool {
	return made(s, 1, 62, func(c byte) bool { return letter(c) || digit(c) || c == '_' || c == '-' }) &&
		(letter(s[0]) || s[0] == '_')
}

// namespaceName starts with a letter or %, then letters, digits, - and _, at
// most 64 (GSA).
func namespaceName(s string) string {
	if s != "" && (letter(s[0]) || s[0] == '%') &&
		made(s[1:], 0, 63, func(c byte) bool { return letter(c) || digit(c) || c == '_' || c == '-' }) {
		return ""
	}
	return fmt.Sprintf("%s is not a namespace name: a letter or %%, then up to 63 letters, digits, - and _.", shown(s))
}

// orNone also takes the empty string.
func orNone(rule func(string) string) func(string) string {
	return func(s string) string {
		if s == "" {
			return ""
		}
		return rule(s)
	}
}

// restartPolicy is what Compose takes as restart.
func restartPolicy(s string) string {
	tries, failing := strings.CutPrefix(s, "on-failure:")
	switch {
	case s == "no", s == "always", s == "unless-stopped", s == "on-failure":
		return ""
	case failing && made(tries, 1, 6, digit):
		return ""
	}
	return fmt.Sprintf(
		`%s is not a restart policy: "no", "always", "unless-stopped", "on-failure", or "on-failure:3" for three `+
			`tries.`, shown(s))
}

// hostName is a host name or an address, as it stands in a URL.
func hostName(s string) string {
	if made(s, 1, 253, func(c byte) bool { return letter(c) || digit(c) || c == '-' || c == '.' }) && s[0] != '-' &&
		s[0] != '.' {
		return ""
	}
	return fmt.Sprintf("%s is not a host name: letters, digits, - and dots, without scheme and port.", shown(s))
}

// hostAddress is an IPv4 address of the host.
func hostAddress(s string) string {
	if ipv4(s) == "" {
		return ""
	}
	return fmt.Sprintf(
		`%s is not an IPv4 address. "127.0.0.1" keeps the lab on this host, "0.0.0.0" opens it to the `+
			`network.`, shown(s))
}

// timezone is the name of a time zone as TZ takes it.
func timezone(s string) string {
	if made(s, 1, 64, func(c byte) bool { return letter(c) || digit(c) || strings.IndexByte("/_+-:,.", c) >= 0 }) {
		return ""
	}
	return fmt.Sprintf(`%s is not a time zone name such as "UTC" or "Asia/Tokyo".`, shown(s))
}

// relativeFile is a file below the generated directory, with no character that
// any of the files naming it would have to escape.
func relativeFile(s string) string {
	if s == "" || !made(s, 1, 200,
		func(c byte) bool { return letter(c) || digit(c) || strings.IndexByte("/_-.", c) >= 0 }) {
		return fmt.Sprintf("%s is not a plain relative path: use letters, digits, -, _, dots and /.", shown(s))
	}
	for part := range strings.SplitSeq(s, "/") {
		if part == "" || part == "." || part == ".." {
			return fmt.Sprintf(
				"%s must stay below the generated directory: no leading /, no empty part, no . and no .. "+
					"between the slashes.", shown(s))
		}
	}
	first, _, below := strings.Cut(s, "/")
	if generated(first) || first == "certs" || first == "secrets" {
		return fmt.Sprintf(
			"%s belongs to the generated lab, which writes or deletes it. Take another name, for example "+
				"\"iris.key\".", shown(s))
	}
	page := func(name string) bool { return strings.HasPrefix(first, name) }
	if !below && slices.ContainsFunc([]string{"README", "ENDPOINTS", "DRILLS"}, page) {
		return fmt.Sprintf(
			"%s belongs to the generated lab, which writes it. Take another name, for example \"iris.key\".", shown(s))
	}
	return ""
}

// generated reports whether a name at the top of the generated directory is the lab's own.
func generated(name string) bool {
	switch name {
	case "data", "compose", "iris", "nginx", "haproxy", "webgateway", ".git", "docker-compose.yaml", "start.sh",
		"stop.sh", "status.sh", "drill.sh", ".gitignore", ".mirrorgen.json":
		return true
	}
	return false
}

// ownDirectory is a directory at the top of the generated directory that holds nothing else.
func ownDirectory(s string) string {
	if !made(s, 1, 64, func(c byte) bool { return letter(c) || digit(c) || strings.IndexByte("_-.", c) >= 0 }) ||
		s[0] == '.' || s[0] == '-' {
		return fmt.Sprintf("%s is not the name of a directory in the generated one: letters, digits, -, _ and dots, "+
			"without /.", shown(s))
	}
	if generated(s) || strings.HasPrefix(s, "README") {
		return fmt.Sprintf("%s belongs to the generated lab. Take another name.", shown(s))
	}
	return ""
}

// imageReference is a container image reference as Docker reads it:
// [host[:port]/]path[:tag][@sha256:digest], the path in lower case.
func imageReference(s string) string {
	problem := fmt.Sprintf(
		"%s is not an image reference: [registry/]name[:tag][@sha256:digest], the name in lower case.", shown(s))
	rest, digest, ok := strings.Cut(s, "@")
	hex := func(c byte) bool { return digit(c) || c >= 'a' && c <= 'f' }
	if ok && (!strings.HasPrefix(digest, "sha256:") || !made(digest[len("sha256:"):], 64, 64, hex)) {
		return problem
	}
	slash := strings.LastIndexByte(rest, '/')
	if name, tag, ok := strings.Cut(rest[slash+1:], ":"); ok {
		if imageTag(tag) != "" {
			return problem
		}
		rest = rest[:slash+1] + name
	}
	if imagePath(rest) != "" {
		return problem
	}
	return ""
}

// imagePath is an image reference without tag and digest, or the beginning of
// one: a registry.
func imagePath(s string) string {
	problem := fmt.Sprintf(
		"%s is not the path of an image: [host[:port]/]name/name, in lower case, without a tag and without a / "+
			"at the end.", shown(s))
	if len(s) > 400 {
		return problem
	}
	parts := strings.Split(s, "/")
	for i, part := range parts {
		host, port, withPort := strings.Cut(part, ":")
		if i == 0 && len(parts) > 1 && (withPort || strings.Contains(part, ".")) {
			if hostName(host) != "" || withPort && !made(port, 1, 5, digit) {
				return problem
			}
			continue
		}
		separator := func(c byte) bool { return c == '.' || c == '_' || c == '-' }
		if !made(part, 1, 128, func(c byte) bool { return lower(c) || digit(c) || separator(c) }) ||
			separator(part[0]) || separator(part[len(part)-1]) {
			return problem
		}
	}
	return ""
}

// imageTag is the tag of an image.
func imageTag(s string) string {
	if made(s, 1, 128, func(c byte) bool { return letter(c) || digit(c) || strings.IndexByte("_-.", c) >= 0 }) &&
		s[0] != '.' && s[0] != '-' {
		return ""
	}
	return fmt.Sprintf("%s is not an image tag: letters, digits, -, _ and dots.", shown(s))
}

// releaseName is a year and a minor: 2025.1, or with a build 2023.2.0.227.0.
func releaseName(s string) string {
	if _, ok := ParseVersion(s); ok && made(s, 6, 32, func(c byte) bool { return digit(c) || c == '.' }) {
		return ""
	}
	return fmt.Sprintf(`%s is not an InterSystems IRIS release such as "2025.1".`, shown(s))
}

// ParseVersion reads the year and minor at the beginning of a release or tag.
func ParseVersion(s string) (Version, bool) {
	year, rest, ok := strings.Cut(s, ".")
	if !ok || len(year) != 4 {
		return Version{}, false
	}
	end := 0
	for end < len(rest) && digit(rest[end]) {
		end++
	}
	y, err := strconv.Atoi(year)
	m, err2 := strconv.Atoi(rest[:end])
	if err != nil || err2 != nil || y < 2000 || m < 1 || m > 99 {
		return Version{}, false
	}
	return Version{y, m}, true
}

// passwordHash is the form of [Startup] PasswordHash that a release takes: hash,
// salt, work factor and algorithm, hash and salt in hexadecimal (CPF reference);
// before 2022.1 a hash of 20 bytes in hexadecimal and a salt in plain text.
func passwordHash(s string, v Version) string {
	fields := strings.Split(s, ",")
	hex := func(c byte) bool { return digit(c) || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F' }
	bytes := func(s string) bool { return len(s)%2 == 0 && made(s, 2, 1024, hex) }
	if !v.LongPasswordHash() {
		if len(fields) == 2 && made(fields[0], 40, 40, hex) &&
			made(fields[1], 1, 64, func(c byte) bool { return letter(c) || digit(c) }) {
			return ""
		}
		return fmt.Sprintf(
			`IRIS %[1]s takes two fields: "<hash>,<salt>". The salt is letters and digits; the hash is 20 bytes `+
				`of PBKDF2-HMAC-SHA1 over password and salt, in 1024 rounds, as 40 hexadecimal digits. `+
				`"mirrorgen password-hash --version %[1]s" prints one.`, v)
	}
	algorithm := func(c byte) bool { return c >= 'A' && c <= 'Z' || digit(c) }
	if len(fields) == 4 && bytes(fields[0]) && bytes(fields[1]) && made(fields[2], 1, 9, digit) &&
		made(fields[3], 1, 16, algorithm) {
		return ""
	}
	return fmt.Sprintf(
		`IRIS %s takes four fields: "<hash>,<salt>,10000,SHA512", hash and salt in hexadecimal. `+
			`"mirrorgen password-hash" prints them.`, v)
}

// environmentName is the name of an environment variable.
func environmentName(s string) string {
	if made(s, 1, 255, func(c byte) bool { return letter(c) || digit(c) || c == '_' }) && !digit(s[0]) {
		return ""
	}
	return fmt.Sprintf("%s is not a variable name: letters, digits and _, not beginning with a digit.", shown(s))
}

// addressPattern is an IPv4 address whose parts may be *.
func addressPattern(s string) string {
	parts := strings.Split(s, ".")
	ok := len(parts) == 4
	for _, part := range parts {
		n, err := strconv.Atoi(part)
		ok = ok && (part == "*" || err == nil && n >= 0 && n <= 255 && len(part) <= 3 && made(part, 1, 3, digit))
	}
	if ok && s != "*.*.*.*" {
		return ""
	}
	if ok {
		return "*.*.*.* would open the management pages to everybody. Name the addresses that may open them."
	}
	return fmt.Sprintf(
		`%s is not an address pattern: four parts, each a number from 0 to 255 or *, for example `+
			`"10.0.100.*".`, shown(s))
}

// userName is a name for CSP.ini, which has no quotes.
func userName(s string) string {
	if made(s, 1, 128, func(c byte) bool { return letter(c) || digit(c) || strings.IndexByte("_-.@%", c) >= 0 }) {
		return ""
	}
	return fmt.Sprintf("%s is not a user name: letters, digits, %%, _, -, dots and @.", shown(s))
}

// notEmpty refuses the empty string.
func notEmpty(s string) string {
	if s == "" {
		return "it must not be empty."
	}
	return ""
}

// ipv4 is an IPv4 address.
func ipv4(s string) string {
	if a, err := netip.ParseAddr(s); err == nil && a.Is4() {
		return ""
	}
	return fmt.Sprintf("%s is not an IPv4 address such as \"10.0.1.2\".", shown(s))
}

// subnet is an IPv4 network in CIDR form without host bits, large enough for
// one service.
func subnet(s string) string {
	p, err := netip.ParsePrefix(s)
	if err != nil || !p.Addr().Is4() {
		return fmt.Sprintf("%s is not an IPv4 subnet such as \"10.0.1.0/24\".", shown(s))
	}
	if p.Masked() != p {
		return fmt.Sprintf("%q has host bits set. The subnet that it lies in is %q.", s, p.Masked())
	}
	if p.Bits() > 30 || p.Bits() < 8 {
		return fmt.Sprintf("%s is not usable: take a prefix from /8 to /30.", shown(s))
	}
	if p.Addr().IsMulticast() || p.Addr().IsLoopback() || p.Addr().As4()[0] == 0 || p.Addr().As4()[0] >= 240 {
		return fmt.Sprintf("%s holds no addresses for hosts. Take a private range such as \"10.0.1.0/24\".", shown(s))
	}
	return ""
}

// oneLine refuses control characters: the target is a line.
func oneLine(s string) string {
	for _, r := range s {
		if r < 0x20 || r == 0x7f || r == 0x85 || r == 0x2028 || r == 0x2029 {
			return "it must stay on one line, without control characters."
		}
	}
	return ""
}

// iniValue is what CSP.ini can hold after "=": it knows neither quotes nor
// escapes, and blanks at the ends are lost.
func iniValue(s string) string {
	if problem := oneLine(s); problem != "" {
		return problem
	}
	if strings.TrimSpace(s) != s {
		return "blanks at its beginning or end are lost in CSP.ini. Remove them."
	}
	return ""
}

// iniName is a section or key of CSP.ini.
func iniName(s string) string {
	if made(s, 1, 200, func(c byte) bool { return letter(c) || digit(c) || strings.IndexByte("_-./:%", c) >= 0 }) {
		return ""
	}
	return fmt.Sprintf("%s is not a name for CSP.ini: letters, digits, _, -, dots, / and :.", shown(s))
}

// manyLines refuses control characters other than newline and tab: the target
// is raw text of a configuration file.
func manyLines(s string) string {
	for _, r := range s {
		if r < 0x20 && r != '\n' && r != '\t' || r == 0x7f {
			return "it holds a control character other than newline and tab. Remove it; end lines with a plain newline."
		}
	}
	return ""
}

// ParseDuration reads a whole number and one unit: ms, s, m, h or d.
func ParseDuration(s string) (Duration, bool) {
	end := 0
	for end < len(s) && digit(s[end]) {
		end++
	}
	n, err := strconv.ParseInt(s[:end], 10, 64)
	if err != nil || end > 9 {
		return Duration{}, false
	}
	unit, ok := map[string]int64{"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}[s[end:]]
	return Duration{s, n * unit}, ok
}
