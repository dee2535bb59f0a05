// Package nginx reads nginx configurations into a tree of directives, with
// nginx's own rules for quotes, comments and braces.
package nginx

import (
	"strconv"

	"mirrorgen/internal/format/text"
)

// A Problem is something that nginx would refuse or read otherwise than it was
// meant.
type Problem = text.Problem

// A Directive is a name with arguments, and with a block where it has one.
type Directive struct {
	Name     string
	Args     []Arg
	HasBlock bool
	Block    []*Directive
	Line     int
	Column   int
}

// An Arg is one argument, without its quotes.
type Arg struct {
	Text   string
	Line   int
	Column int
}

// Arg returns the text of the argument with that index, "" where there is none.
func (d *Directive) Arg(i int) string {
	if i < len(d.Args) {
		return d.Args[i].Text
	}
	return ""
}

// Parse reads configuration text: a file, or the text of a block. Braces have
// to balance in it and never close one that it did not open; it ends after a
// directive. It returns all that could be read, whatever the problems.
func Parse(content string) ([]*Directive, []Problem) {
	p := parser{tokens: tokenizer{content: content, line: 1}}
	var top Directive
	open := []*Directive{&top}
	for {
		token := p.tokens.next()
		if len(open) > mostDepth || len(p.problems)+len(p.tokens.problems) >= text.MostProblems {
			return top.Block, append(append(p.problems, p.tokens.problems...), p.stopped(token, len(open)))
		}
		current := open[len(open)-1]
		switch token.kind {
		case wordToken:
			p.word(token)
			continue
		case semicolonToken:
			if p.directive == nil {
				p.problem(token, "Stray semicolon", "No directive stands before this semicolon.", "Remove it.")
				continue
			}
			current.Block = append(current.Block, p.directive)
		case openToken:
			if p.directive == nil {
				p.problem(token, "Block without a name", "No directive stands before this brace.",
					"Put the name of the block before it, such as location /.")
				p.directive = &Directive{Line: token.line, Column: token.column}
			}
			p.directive.HasBlock = true
			current.Block = append(current.Block, p.directive)
			open = append(open, p.directive)
		case closeToken:
			p.unfinished()
			if len(open) == 1 {
				p.problem(token, "Unbalanced brace", "This brace closes a block that was not opened here.",
					"Remove it.")
				break
			}
			open = open[:len(open)-1]
		case endToken:
			p.unfinished()
			if p.tokens.quote.line > 0 {
				p.problem(p.tokens.quote, "Unclosed quote", "The quote that opens here is not closed.", "Close it.")
			}
			for _, block := range open[1:] {
				what := `The block "` + block.Name + `"`
				if block.Name == "" {
					what = "The block that opens here"
				}
				p.problems = append(p.problems, text.At(block.Line, block.Column, "Unclosed block",
					what+" is not closed.", `Close it with "}".`))
			}
			return top.Block, append(p.problems, p.tokens.problems...)
		}
		p.directive = nil
	}
}

// parser is the state of Parse.
type parser struct {
	tokens    tokenizer
	directive *Directive // being read
	problems  []Problem
}

// mostDepth is how deep blocks nest; a real configuration has four levels.
const mostDepth = 100

// stopped is why the rest of a file is not read.
func (p *parser) stopped(at token, depth int) Problem {
	if depth > mostDepth {
		return text.At(at.line, at.column, "Blocks nested too deep",
			"The blocks of the file nest deeper than "+strconv.Itoa(mostDepth)+" levels, and it is read no further.",
			"Close the blocks that are to end.")
	}
	return text.TooMany(at.line)
}

func (p *parser) problem(at token, summary, what, remedy string) {
	p.problems = append(p.problems, text.At(at.line, at.column, summary, what, remedy))
}

// word takes a name or an argument. A known name at the beginning of a line
// shows that the line before lacks its semicolon, which nginx would only notice
// by the number of arguments.
func (p *parser) word(t token) {
	if d := p.directive; d != nil {
		if t.first && !t.quoted && text.Has(commonNames, t.text) {
			p.unfinished()
		} else {
			d.Args = append(d.Args, Arg{t.text, t.line, t.column})
			return
		}
	}
	p.directive = &Directive{Name: t.text, Line: t.line, Column: t.column}
}

// unfinished reports the directive being read, if any, as lacking its semicolon.
func (p *parser) unfinished() {
	if d := p.directive; d != nil {
		p.problems = append(p.problems, text.At(d.Line, d.Column, "Missing semicolon",
			`The directive "`+d.Name+`" is not ended.`, `End it with ";".`))
	}
	p.directive = nil
}

// commonNames are directives that begin a line more often than they are an
// argument.
const commonNames = "access_log add_header allow client_body_buffer_size client_body_timeout client_header_timeout" +
	" client_max_body_size default_type deny error_log error_page expires gzip gzip_types hash ip_hash " +
	"keepalive_requests" +
	" keepalive_timeout large_client_header_buffers least_conn listen location log_format map proxy_buffer_size " +
	"proxy_buffering" +
	" proxy_buffers proxy_busy_buffers_size proxy_cache proxy_connect_timeout proxy_hide_header proxy_http_version" +
	" proxy_next_upstream proxy_next_upstream_timeout proxy_next_upstream_tries proxy_pass proxy_read_timeout" +
	" proxy_redirect proxy_request_buffering proxy_send_timeout proxy_set_header proxy_ssl_name proxy_ssl_verify" +
	" real_ip_header resolver return rewrite root send_timeout server_name server_names_hash_bucket_size " +
	"server_tokens" +
	" set_real_ip_from stub_status sub_filter tcp_nodelay try_files upstream"
