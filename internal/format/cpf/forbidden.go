package cpf

import (
	"strings"

	"mirrorgen/internal/format/text"
)

// formerMirrorKeys declared a mirror in [Startup] before ConfigMirror did.
const formerMirrorKeys = "MirrorSetName MirrorMember MirrorPrimary MirrorSSLDir ArbiterURL"

// Forbidden returns what the merge text of a topology may not bring because the
// mirror blocks decide it: the declaration of a mirror in its present and its
// former form, and a virtual address, which no container can take.
func Forbidden(f *File) []Problem {
	var problems []Problem
	forbid := func(line, column int, what, remedy string) {
		problems = append(problems, text.At(line, column, "Mirror setting in merge text", what, remedy))
	}
	const byBlock = "Remove it and describe the mirror with mirror and member blocks."
	for _, section := range f.Sections {
		startup := strings.EqualFold(section.Name, "Startup")
		for _, key := range section.Keys {
			switch {
			case startup && (text.Has(formerMirrorKeys, key.Name) || strings.HasPrefix(key.Name, "Mirror")):
				forbid(key.Line, key.Column,
					"The [Startup] parameter "+key.Name+" would declare the mirror a second time.", byBlock)
			case strings.HasPrefix(key.Name, "VirtualAddress"):
				forbid(key.Line, key.Column, "A virtual address cannot be taken over by an instance in a container.",
					"Remove it; clients reach the primary through haproxy or a web gateway.")
			}
		}
		for _, action := range section.Actions {
			if action.Name == "ConfigMirror" {
				forbid(action.Line, action.Column, "The action ConfigMirror would declare the mirror a second time.",
					byBlock)
			}
			for _, a := range action.Arguments {
				switch {
				case strings.HasPrefix(a.Name, "VirtualAddress"):
					forbid(action.Line, a.Column,
						"A virtual address cannot be taken over by an instance in a container.",
						"Remove it; clients reach the primary through haproxy or a web gateway.")
				case action.Name == "ModifyStartup" && (text.Has(formerMirrorKeys, a.Name) || strings.HasPrefix(a.Name,
					"Mirror")):
					forbid(action.Line, a.Column,
						"The [Startup] parameter "+a.Name+" would declare the mirror a second time.", byBlock)
				}
			}
		}
	}
	return problems
}
