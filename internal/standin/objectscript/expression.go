package objectscript

import (
	"strconv"
	"strings"
)

// text is the string of a value. A list's elements stand one behind the other.
func text(v Value) string {
	switch v := v.(type) {
	case string:
		return v
	case List:
		return strings.Join(v, " ")
	}
	return "1@object"
}

// number is the numeric value of a string: its leading digits.
func number(s string) int64 {
	end := 0
	for end < len(s) && (s[end] >= '0' && s[end] <= '9' || end == 0 && (s[end] == '-' || s[end] == '+')) {
		end++
	}
	n, _ := strconv.ParseInt(s[:end], 10, 64)
	return n
}

func boolean(b bool) string {
	if b {
		return "1"
	}
	return "0"
}

// expression reads and evaluates, from left to right: the language has no precedence.
func (p *parser) expression() (Value, error) {
	left, err := p.unary()
	for err == nil {
		operator := p.peek()
		switch operator {
		case '_', '=', '+', '-', '*', '<', '>', '&', '[':
			p.at++
		default:
			return left, nil
		}
		var right Value
		if right, err = p.unary(); err != nil {
			break
		}
		a, b := text(left), text(right)
		switch operator {
		case '_':
			left = a + b
		case '=':
			left = boolean(a == b)
		case '[':
			left = boolean(strings.Contains(a, b))
		case '+':
			left = strconv.FormatInt(number(a)+number(b), 10)
		case '-':
			left = strconv.FormatInt(number(a)-number(b), 10)
		case '*':
			left = strconv.FormatInt(number(a)*number(b), 10)
		case '<':
			left = boolean(number(a) < number(b))
		case '>':
			left = boolean(number(a) > number(b))
		case '&':
			left = boolean(number(a) != 0 && number(b) != 0)
		}
	}
	return nil, err
}

func (p *parser) unary() (Value, error) {
	switch p.peek() {
	case '+', '-', '\'':
		operator := p.peek()
		p.at++
		v, err := p.unary()
		if err != nil {
			return nil, err
		}
		switch n := number(text(v)); operator {
		case '-':
			return strconv.FormatInt(-n, 10), nil
		case '\'':
			return boolean(n == 0), nil
		default:
			return strconv.FormatInt(n, 10), nil
		}
	}
	v, err := p.operand()
	for err == nil && p.peek() == '.' {
		p.at++
		o, ok := v.(Object)
		if !ok {
			return nil, Error("<INVALID OREF>")
		}
		name := p.identifier()
		if p.peek() != '(' {
			v, err = o.Get(name)
			continue
		}
		var args []Argument
		if args, err = p.arguments(); err == nil {
			v, err = o.Call(name, args)
		}
	}
	return v, err
}

func (p *parser) operand() (Value, error) {
	switch c := p.peek(); {
	case c == '"':
		return p.literal()
	case c >= '0' && c <= '9':
		start := p.at
		for p.peek() >= '0' && p.peek() <= '9' {
			p.at++
		}
		return p.text[start:p.at], nil
	case c == '(':
		p.at++
		v, err := p.expression()
		if err == nil && !p.accept(")") {
			err = Syntax
		}
		return v, err
	case c == '#':
		return p.class()
	case c == '$':
		return p.function()
	}
	name := p.identifier()
	if name == "" {
		return nil, Syntax
	}
	if p.peek() == '(' {
		p.at++
		subscript, err := p.expression()
		if err != nil {
			return nil, err
		}
		if !p.accept(")") {
			return nil, Syntax
		}
		if v, ok := p.s.arrays[name][text(subscript)]; ok {
			return v, nil
		}
		return nil, Error(undefined + name + "(\"" + text(subscript) + "\")")
	}
	if v, ok := p.s.values[name]; ok {
		return v, nil
	}
	return nil, Error(undefined + name)
}

func (p *parser) literal() (Value, error) {
	var b strings.Builder
	for p.at++; p.at < len(p.text); p.at++ {
		if p.text[p.at] != '"' {
			b.WriteByte(p.text[p.at])
			continue
		}
		if p.at+1 < len(p.text) && p.text[p.at+1] == '"' {
			b.WriteByte('"')
			p.at++
			continue
		}
		p.at++
		return b.String(), nil
	}
	return nil, Syntax
}

// class is ##class(NAME).METHOD(ARGUMENTS).
func (p *parser) class() (Value, error) {
	if len(p.text)-p.at < 8 || !strings.EqualFold(p.text[p.at:p.at+8], "##class(") {
		return nil, Syntax
	}
	p.at += 8
	end := strings.IndexByte(p.text[p.at:], ')')
	if end < 0 {
		return nil, Syntax
	}
	class := p.text[p.at : p.at+end]
	p.at += end + 1
	if !p.accept(".") {
		return nil, Syntax
	}
	method := p.identifier()
	args, err := p.arguments()
	if err != nil {
		return nil, err
	}
	return p.call(class, method, args)
}

func (p *parser) call(class, method string, args []Argument) (Value, error) {
	if class == "%SYSTEM.Process" && method == "Terminate" {
		p.s.over = true
		if len(args) > 1 {
			p.s.Exit = int(number(args[1].Value))
		}
		return "1", nil
	}
	return p.s.machine.Call(p.s.namespace, class, method, args)
}

// function is $system.CLASS.METHOD(...), a special variable or a function.
func (p *parser) function() (Value, error) {
	p.at++
	name := strings.ToLower(p.identifier())
	if name == "system" && p.accept(".") {
		class := p.identifier()
		if !p.accept(".") {
			return nil, Syntax
		}
		method := p.identifier()
		args, err := p.arguments()
		if err != nil {
			return nil, err
		}
		return p.call("%SYSTEM."+class, method, args)
	}
	if p.peek() != '(' {
		if v, ok := p.s.machine.Variable("$" + name); ok {
			return v, nil
		}
		return nil, Syntax
	}
	p.at++
	if name == "get" || name == "g" {
		return p.get()
	}
	var args []Value
	for {
		v, err := p.expression()
		if err != nil {
			return nil, err
		}
		args = append(args, v)
		if p.accept(",") {
			continue
		}
		if !p.accept(")") {
			return nil, Syntax
		}
		break
	}
	return builtin(name, args)
}

// get is the rest of $get(VARIABLE): the value, or nothing where there is none.
func (p *parser) get() (Value, error) {
	v, err := p.operand()
	if e, ok := err.(Error); ok && strings.HasPrefix(string(e), undefined) {
		v, err = "", nil
	}
	if err == nil && !p.accept(")") {
		err = Syntax
	}
	return v, err
}

func builtin(name string, args []Value) (Value, error) {
	switch name {
	case "list", "li", "listget", "lg":
		list, ok := args[0].(List)
		if !ok {
			return nil, Error("<LIST>")
		}
		n := int64(1)
		if len(args) > 1 {
			n = number(text(args[1]))
		}
		if n < 1 || int(n) > len(list) {
			return nil, Error("<NULL VALUE>")
		}
		return list[n-1], nil
	case "listlength", "ll":
		list, ok := args[0].(List)
		if !ok {
			return nil, Error("<LIST>")
		}
		return strconv.Itoa(len(list)), nil
	case "length", "l":
		return strconv.Itoa(len(text(args[0]))), nil
	case "piece", "p":
		if len(args) < 2 {
			return nil, Syntax
		}
		n := int64(1)
		if len(args) > 2 {
			n = number(text(args[2]))
		}
		parts := strings.Split(text(args[0]), text(args[1]))
		if n < 1 || int(n) > len(parts) {
			return "", nil
		}
		return parts[n-1], nil
	}
	return nil, Syntax
}

// arguments reads "(a,,.b)".
func (p *parser) arguments() ([]Argument, error) {
	if !p.accept("(") {
		return nil, Syntax
	}
	var args []Argument
	if p.accept(")") {
		return nil, nil
	}
	for {
		var a Argument
		switch c := p.peek(); {
		case c == ',' || c == ')':
		case c == '.' && p.at+1 < len(p.text) && !(p.text[p.at+1] >= '0' && p.text[p.at+1] <= '9'):
			p.at++
			name := p.identifier()
			if p.s.arrays[name] == nil {
				p.s.arrays[name] = map[string]string{}
			}
			a = Argument{Given: true, Array: p.s.arrays[name]}
		default:
			v, err := p.expression()
			if err != nil {
				return nil, err
			}
			a = Argument{Given: true, Value: text(v)}
		}
		args = append(args, a)
		if p.accept(",") {
			continue
		}
		if p.accept(")") {
			return args, nil
		}
		return nil, Syntax
	}
}
