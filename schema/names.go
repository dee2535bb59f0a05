package schema

import "slices"

// services are the block types that declare a service.
var services = []string{"arbiter", "member", "application_server", "web_gateway", "nginx", "haproxy", "service"}

// named says which arguments hold names of other blocks, and of which types. An argument
// that many block types have stands under "".
var named = map[string]map[string][]string{
	"": {"networks": {"network"}, "addresses": {"network"}},
	"lab": {
		"mirror_network": {"network"},
		"client_network": {"network"},
	},
	"mirror":             {"arbiter": {"arbiter"}},
	"namespace":          {"globals": {"database"}, "routines": {"database"}}, // of the same mirror
	"application_server": {"mirror": {"mirror"}},
	"web_gateway": {"default_server": {"member", "application_server"},
		"servers": {"mirror", "member", "application_server"}},
	"nginx":   {"gateways": {"web_gateway"}},
	"haproxy": {"mirrors": {"mirror"}},
	"service": {"after": services},
	"profile": {"services": services},
	"moved":   {"to": append([]string{"mirror"}, services...)},
}

// Names returns the types of the blocks whose names an argument of a block type takes, as
// its text, as elements of its list or as keys of its map; nil where it takes none.
func Names(block, argument string) []string {
	if types := named[block][argument]; types != nil {
		return types
	}
	if IsService(block) {
		return named[""][argument]
	}
	return nil
}

// IsService reports whether blocks of a type declare a service.
func IsService(block string) bool { return slices.Contains(services, block) }
