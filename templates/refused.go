package templates

import "strings"

// refused are the functions that a template may not call, by the reason for it.
var refused = []struct {
	names, from, reason, way string
}{
	{"now ago date date_in_zone date_modify dateInZone dateModify htmlDate htmlDateInZone must_date_modify " +
		"mustDateModify mustToDate toDate unixEpoch", "sprig",
		"it depends on the clock or on the time zone of this machine, and the same topology must give the same files",
		"Write the date into the template, or have the file's program take it when it runs."},
	{"env expandenv", "sprig",
		"it depends on the environment, and the same topology must give the same files",
		"Give the topology a variable and set it with --var, or write ${NAME} for Compose or the shell to expand."},
	{"getHostByName", "sprig",
		"it depends on the network of this machine, and the same topology must give the same files",
		"Take the address of a service from .Plan.Services."},
	{"randAlphaNum randAlpha randAscii randNumeric randBytes randInt shuffle uuidv4", "sprig",
		"it gives something else in every run, and the same topology must give the same files",
		"Derive the value from the topology, as with sha256sum, or give the topology a variable."},
	{"bcrypt htpasswd encryptAES genPrivateKey genCA genCAWithKey genSelfSignedCert genSelfSignedCertWithKey " +
		"genSignedCert genSignedCertWithKey buildCustomCert", "sprig",
		"it makes another key, certificate or salt in every run, and secrets do not belong into generated files",
		"Make it once, and mount it with the compose argument of a service."},
	{"decryptAES derivePassword", "sprig",
		"it makes a secret, which does not belong into generated files",
		"Make it once, and give it to the topology as a sensitive variable."},
	{"osBase osClean osDir osExt osIsAbs", "sprig",
		"it depends on the operating system of this machine",
		"Call the function without os: base, clean, dir, ext, isAbs."},
	{"toJson", "sprig", "it gives \"\" for what has no JSON", "Call mustToJson, or json for one text."},
	{"toPrettyJson", "sprig", "it gives \"\" for what has no JSON", "Call mustToPrettyJson."},
	{"toRawJson", "sprig", "it does not say what is wrong with its argument",
		"Call mustToRawJson, or json for one text."},
	{"fromJson", "sprig", "it gives nothing for text that is not JSON", "Call mustFromJson."},
	{"typeOf kindOf", "sprig", "it prints how mirrorgen is made inside, which a new version may change",
		"Ask with kindIs."},
	{"deepEqual", "sprig", "it would walk through the whole lab",
		"Compare fields with eq, or lists of text with join and eq."},
	{"hello", "sprig", "it says Hello!, and is there for sprig's own tests", "Write the word."},
	{"tpl", "helm", "a value of the topology is never a template", "Write the template into a file, as a {{define}}."},
	{"include", "helm", "it is not part of sprig", "Call the definition with {{template}}."},
	{"required", "helm", "it is not part of sprig", "Call fail where {{if empty}}."},
	{"toYaml fromYaml", "helm", "it is not part of sprig", "Quote each value with yaml; mustToJson prints what YAML " +
		"reads."},
	{"lookup", "helm", "it would ask a running cluster", "Take what the topology says from .Plan."},
}

// refusedFunctions lists those rows one by one.
func refusedFunctions() []function {
	var list []function
	for _, r := range refused {
		for name := range strings.FieldsSeq(r.names) {
			f := newFunction(r.from, Refused, name, "").because(r.reason)
			f.Way = r.way
			list = append(list, f)
		}
	}
	return list
}
