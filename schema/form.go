package schema

import (
	"bytes"

	"github.com/hashicorp/hcl/v2"
)

// CheckFile refuses a topology, or a file of values, that cannot be parsed: one that breaks
// a limit (see [CheckLimits]), and one in HCL's JSON syntax, which the language does not have.
func CheckFile(name string, content []byte) hcl.Diagnostics {
	if diags := CheckLimits(name, content); diags.HasErrors() {
		return diags
	}
	text := bytes.TrimLeft(bytes.TrimPrefix(content, []byte("\xef\xbb\xbf")), " \t\r\n")
	if len(text) == 0 || text[0] != '{' && text[0] != '[' {
		return nil
	}
	at := hcl.Range{Filename: name, Start: hcl.InitialPos, End: hcl.InitialPos}
	at.Start.Byte = len(content) - len(text)
	at.Start.Line += bytes.Count(content[:at.Start.Byte], []byte("\n"))
	at.End = at.Start
	return hcl.Diagnostics{Diagnose(hcl.DiagError, at, "JSON syntax", "%s", NoJSON)}
}

// NoJSON says why JSON is refused, and what to do.
const NoJSON = `A topology is written in HCL's own syntax, and this is JSON. Write the structure in an .hcl ` +
	`file, and let a program that makes JSON give it values: --var 'NAME={"key": "value"}' takes JSON, and so ` +
	`does a --var-file with lines of NAME = VALUE.`

// checkEncoding refuses UTF-16, which Windows makes of what is redirected to a file: HCL would
// report every other byte.
func checkEncoding(name string, content []byte) hcl.Diagnostics {
	utf16 := len(content) > 1 && (content[0] == 0 || content[1] == 0 ||
		bytes.HasPrefix(content, []byte{0xff, 0xfe}) || bytes.HasPrefix(content, []byte{0xfe, 0xff}))
	if !utf16 {
		return nil
	}
	at := hcl.Range{Filename: name, Start: hcl.InitialPos, End: hcl.InitialPos}
	return hcl.Diagnostics{Diagnose(hcl.DiagError, at, "Invalid character encoding",
		"This file is UTF-16, as Windows PowerShell writes what > redirects. Save it as UTF-8; mirrorgen init FILE "+
			"writes that by itself.")}
}
