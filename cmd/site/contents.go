package main

// A chapter of the contents, and the sources of its pages in the order in which they are best
// read. A page has the title of its first heading.
type chapter struct {
	title string
	pages []string
}

// start is the first page.
const start = "README.md"

// chapters are the contents of the site. Pages of docs/ that are in none of them follow.
var chapters = []chapter{
	{"Begin", []string{start, "docs/playground.md", "docs/editor.md"}},
	{"How to", []string{
		"docs/howto/third-mirror.md", "docs/howto/simplemirror.md", "docs/howto/commit.md", "docs/howto/template.md",
		"docs/howto/rehearse-in-ci.md", "docs/howto/aws.md", "docs/howto/install.md",
	}},
	{"Language", []string{"docs/language.md", "docs/limits.md", "docs/templates.md"}},
	{"Labs", []string{
		"docs/iris.md", "docs/load-balancing.md", "docs/tls.md", "docs/monitoring.md", "docs/kubernetes.md",
	}},
	{"Checks", []string{
		"docs/ci.md", "docs/testing.md", "docs/verify.md", "docs/rehearsal.md", "docs/fidelity.md", "docs/import.md",
		"docs/public-labs.md",
	}},
	{"Commands", []string{"docs/commands/mirrorgen.md"}},
	{"Project", []string{"CHANGELOG.md", "CONTRIBUTING.md", "docs/performance.md"}},
}
