package rules

import (
	"mirrorgen/internal/verify/facts"
)

// checker looks at the facts of a lab. What several rules look up is kept here.
type checker struct {
	admitting map[string][]admission // see admissions
	*facts.Facts
	// publishers are the services by their host ports, made when first needed.
	publishers map[int]*facts.Service
	// unpublished are the ports that URLs go to and nobody publishes, made when first
	// needed.
	unpublished map[unpublished]*repeated
	// listeners are the mirrors that a haproxy serves by host port, made when first
	// needed.
	listeners map[*facts.Service]map[int]*facts.Entry
	// scriptWords are the names of files in the scripts of the lab, made when first needed.
	scriptWords map[string]bool
	// scripts are those of the lab by the services that read them, made when first needed.
	scripts map[*facts.Service][]*facts.Script
}
