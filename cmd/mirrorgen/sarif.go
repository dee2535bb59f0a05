package main

import (
	"fmt"
	"net/url"
	"path/filepath"
)

// What of SARIF 2.1.0 a report takes:
// https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json
type sarifLog struct {
	Schema  string     `json:"$schema"`
	Version string     `json:"version"`
	Runs    []sarifRun `json:"runs"`
}

type sarifRun struct {
	Tool       sarifTool     `json:"tool"`
	ColumnKind string        `json:"columnKind"`
	Results    []sarifResult `json:"results"`
}

type sarifTool struct {
	Driver struct {
		Name    string      `json:"name"`
		Version string      `json:"version"`
		Rules   []sarifRule `json:"rules"`
	} `json:"driver"`
}

type sarifRule struct {
	ID               string    `json:"id"`
	ShortDescription sarifText `json:"shortDescription"`
}

type sarifText struct {
	Text string `json:"text"`
}

type sarifResult struct {
	RuleID    string          `json:"ruleId"`
	RuleIndex int             `json:"ruleIndex"`
	Level     string          `json:"level"`
	Message   sarifText       `json:"message"`
	Locations []sarifLocation `json:"locations"`
}

type sarifLocation struct {
	PhysicalLocation sarifPhysical  `json:"physicalLocation"`
	LogicalLocations []sarifLogical `json:"logicalLocations,omitempty"`
}

type sarifPhysical struct {
	ArtifactLocation struct {
		URI string `json:"uri"`
	} `json:"artifactLocation"`
	Region *sarifRegion `json:"region,omitempty"`
}

type sarifRegion struct {
	StartLine   int `json:"startLine"`
	StartColumn int `json:"startColumn"`
	EndLine     int `json:"endLine"`
	EndColumn   int `json:"endColumn"`
}

// sarifLogical names a place in a file that is not on disk.
type sarifLogical struct {
	FullyQualifiedName string `json:"fullyQualifiedName"`
	Kind               string `json:"kind"`
}

// sarifOf is the log of one run of mirrorgen.
func sarifOf(notices []notice) sarifLog {
	run := sarifRun{ColumnKind: "unicodeCodePoints", Results: []sarifResult{}}
	run.Tool.Driver.Name = "mirrorgen"
	run.Tool.Driver.Version = readVersion().Version
	run.Tool.Driver.Rules = []sarifRule{}
	rules := map[string]int{}
	for _, n := range notices {
		rule, known := rules[n.Rule]
		if !known {
			rule = len(rules)
			rules[n.Rule] = rule
			run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, sarifRule{n.Rule, sarifText{n.Summary}})
		}
		result := sarifResult{RuleID: n.Rule, RuleIndex: rule, Level: n.Severity, Message: sarifText{n.Detail},
			Locations: []sarifLocation{}}
		if n.source != "" {
			result.Locations = append(result.Locations, sarifPlace(n))
		}
		if n.Generated {
			result.Message.Text = fmt.Sprintf("%s line %d: %s", n.File, n.Range.Start.Line, n.Detail)
		}
		run.Results = append(run.Results, result)
	}
	return sarifLog{"https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
		"2.1.0", []sarifRun{run}}
}

func sarifPlace(n notice) sarifLocation {
	var at sarifLocation
	at.PhysicalLocation.ArtifactLocation.URI = fileURI(n.source)
	switch {
	case n.Range == nil:
	case n.Generated:
		at.LogicalLocations = []sarifLogical{{fmt.Sprintf("%s:%d", n.File, n.Range.Start.Line), "resource"}}
	default:
		at.PhysicalLocation.Region = &sarifRegion{n.Range.Start.Line, n.Range.Start.Column, n.Range.End.Line,
			n.Range.End.Column}
	}
	return at
}

// fileURI is a path as a URI: relative where the path is.
func fileURI(name string) string {
	uri := url.URL{Path: filepath.ToSlash(name)}
	if filepath.IsAbs(name) {
		uri.Scheme = "file"
	}
	return uri.String()
}
