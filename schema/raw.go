package schema

import (
	"math/big"

	"github.com/zclconf/go-cty/cty"

	"mirrorgen/internal/format/cpf"
	"mirrorgen/internal/format/haproxy"
	"mirrorgen/internal/format/nginx"
	"mirrorgen/internal/format/text"
)

// cores decodes a number of cores, more than 0.
func (v value) cores(to *string) {
	converted, ok := v.as(cty.Number, "a number of cores")
	if !ok {
		return
	}
	n := converted.AsBigFloat()
	if n.Sign() <= 0 || n.Cmp(big.NewFloat(4096)) > 0 || len(n.Text('f', -1)) > 7 {
		v.d.errorf(v.at(), "Number out of range",
			"%s must be more than 0 and at most 4096, with at most two decimals.", v.name)
		return
	}
	*to = n.Text('f', -1)
}

// Raw text goes into a file that mirrorgen writes the rest of, so it is read
// with that format's reader here, where its line in the topology is known.

// merge decodes raw CPF text; it may not declare the mirror.
func (v value) merge(to *string) {
	v.raw(to, func(s string) []text.Problem {
		file, problems := cpf.Parse(s)
		return append(problems, cpf.Forbidden(file)...)
	})
}

// nginxText decodes raw text of an nginx server block.
func (v value) nginxText(to *string) {
	v.raw(to, func(s string) []text.Problem {
		_, problems := nginx.Parse(s)
		return problems
	})
}

// haproxyText decodes raw text of an HAProxy defaults section.
func (v value) haproxyText(to *string) { v.raw(to, haproxy.CheckDefaults) }

// raw decodes text in which a reader finds no problem.
func (v value) raw(to *string, read func(string) []text.Problem) {
	var s string
	if v.text(&s, manyLines); s == "" {
		return
	}
	problems := read(s)
	line := linesOf(v.d.sources, v.at(), s)
	for _, p := range problems {
		v.d.errorf(line(p.Line), p.Summary, "Line %d of %s: %s %s", p.Line, v.name, p.Text, p.Remedy)
	}
	if len(problems) == 0 {
		*to = s
	}
}
