// Package vocabulary lists every spelling that mirrorgen emits towards InterSystems
// IRIS and the Web Gateway, with the releases that it holds for, where it comes
// from and how sure that is.
//
// docs/fidelity.md is printed from it. A spelling that an example emits and that
// this list lacks fails a test, and so does one that rests on nothing but memory:
// there is no word for that here.
package vocabulary

import (
	"slices"
	"strings"
)

// A Sureness says what a spelling rests on.
type Sureness string

// From surest to least sure.
const (
	Documented Sureness = "documented"              // by InterSystems, in the source
	Public     Sureness = "seen in public code"     // in use, in the source
	Measured   Sureness = "third-party measurement" // on real images, reported in the source
	Inferred   Sureness = "inferred"                // from the sources, and never seen
)

// A Kind is the construct in which a spelling stands.
type Kind string

// The kinds, in the order of docs/fidelity.md.
const (
	Section     Kind = "CPF section"
	Parameter   Kind = "CPF parameter"           // "section.parameter"
	Action      Kind = "CPF action"              //
	Argument    Kind = "CPF action argument"     // "action.argument"
	Gateway     Kind = "CSP.ini key"             // "SYSTEM.key", "server.key" or "path.key"
	Directive   Kind = "CSP.conf directive"      //
	Flag        Kind = "flag of iris-main"       //
	Environment Kind = "environment variable"    //
	Path        Kind = "path in a container"     //
	Command     Kind = "command"                 //
	Page        Kind = "page"                    // below the path of an instance
	Metric      Kind = "metric"                  // of /api/monitor/metrics
	Method      Kind = "ObjectScript method"     // "class.method"
	Property    Kind = "ObjectScript array node" // "array.node", as the scripts name the array
	// Field is one of an IrisCluster's spec, and OperatorName what the operator makes of one.
	Field        Kind = "IrisCluster field"
	OperatorName Kind = "name or habit of the operator"
)

// Kinds lists them in that order.
var Kinds = []Kind{
	Section,
	Parameter,
	Action,
	Argument,
	Gateway,
	Directive,
	Flag,
	Environment,
	Path,
	Command,
	Page,
	Metric,
	Method,
	Property,
	Field,
	OperatorName,
}

// An Entry is one spelling, case included.
type Entry struct {
	Kind     Kind
	Spelling string
	Releases string // "" for all that mirrorgen supports; otherwise as "2023.2 and later"
	Sureness Sureness
	Source   string // title of a document, or name of a public repository
	Note     string // a sentence for who tries it with a licence, or ""
}

// Entries lists every spelling, by kind.
func Entries() []Entry {
	return slices.Concat(merge(), gateway(), metrics(), container(), operator())
}

// Known lists the spellings of a kind, separated by spaces: those that mirrorgen emits, and
// others that labs written by hand have. Whatever is nearly one of them is misspelt.
func Known(kind Kind) string {
	list := others[kind]
	for _, e := range Entries() {
		if e.Kind == kind {
			list += " " + e.Spelling
		}
	}
	return strings.TrimSpace(list)
}

// others are spellings that mirrorgen does not emit, and that are so near to those that it
// does, or so usual, that they must not be taken for misspelt ones.
var others = map[Kind]string{
	Flag: "--create --down --exe --help --instance --ISCAgent --ISCAgentPort --license-config --log --nostu" +
		" --password-file --terminate --up --version",
	Environment: "ISC_IRIS_LOGDIR ISC_PACKAGE_INSTANCENAME ISC_PACKAGE_MGRUSER ISC_PACKAGE_IRISUSER" +
		" ISC_PACKAGE_WEB_CONFIGURE ISC_REGISTRY IRIS_USERNAME IRIS_PASSWORD IRIS_NAMESPACE",
	Page: "/api/monitor/metrics /api/monitor/alerts /api/monitor/interop /api/atelier/ /api/iam/ /api/docdb/",
}

// Sources, by the titles that InterSystems gives its documents and the names of
// public repositories.
const (
	cpfReference = "Configuration Parameter File Reference"
	mergeGuide   = "Automating Configuration of InterSystems IRIS with Configuration Merge"
	containers   = "Running InterSystems Products in Containers"
	gatewayGuide = "Web Gateway Guide"
	availability = "High Availability Guide"
	systemAdmin  = "System Administration Guide"
	classes      = "class reference"
	simplemirror = "IRISMeister/simplemirror"
	kubernetes   = "IRISMeister/iris-k8s-vs2021"
	examples     = "intersystems-community/webgateway-examples"
	monitoring   = "Monitoring Guide"
)

// rows makes entries of one kind that share a source.
func rows(kind Kind, sureness Sureness, source, spellings string) []Entry {
	var list []Entry
	for spelling := range strings.FieldsSeq(spellings) {
		list = append(list, Entry{Kind: kind, Spelling: spelling, Sureness: sureness, Source: source})
	}
	return list
}
