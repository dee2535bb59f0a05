package templates

import (
	"reflect"
	"sync"

	"github.com/Masterminds/sprig/v3"
)

// Why functions of sprig are not allowed as they are.
const (
	unbounded  = "what it makes has no limit of its own"
	swallowing = "it would hide that its argument is wrong"
	mapOrder   = "Go visits a map in another order in every run"
	deep       = "it would walk through the whole lab, or without end"
	byBytes    = "it would cut letters that are not ASCII"
	copying    = "it copies its list, so that building one piece by piece has no limit of its own"
)

var sprigs = sync.OnceValue(sprig.TxtFuncMap)

// fromSprig is a row for a function that runs sprig's own.
func fromSprig(status Status, call, gives string) function {
	f := newFunction("sprig", status, call, gives)
	return f.running(sprigs()[f.Name])
}

// invoke calls a function of Go with arguments that fit its parameters. The forms
// that templates call most need no reflection, which takes several times as long.
func invoke(function any, args []any) (any, error) {
	switch function := function.(type) {
	case func(string) string:
		return function(args[0].(string)), nil
	case func(string, string) string:
		return function(args[0].(string), args[1].(string)), nil
	case func(string, string, string) string:
		return function(args[0].(string), args[1].(string), args[2].(string)), nil
	case func(any) string:
		return function(args[0]), nil
	case func(any, ...any) any:
		return function(args[0], args[1:]...), nil
	case func(map[string]any, any) any:
		return function(args[0].(map[string]any), args[1]), nil
	case func(...any) map[string]any:
		return function(args...), nil
	}
	return reflected(reflect.ValueOf(function), args)
}

// reflected calls any function.
func reflected(function reflect.Value, args []any) (any, error) {
	typ := function.Type()
	in := make([]reflect.Value, len(args))
	for i, arg := range args {
		in[i] = fitting(arg, parameter(typ, i))
	}
	out := function.Call(in)
	if len(out) == 2 && !out[1].IsNil() {
		return nil, out[1].Interface().(error)
	}
	return out[0].Interface(), nil
}

// parameter is the type of argument i of a function.
func parameter(function reflect.Type, i int) reflect.Type {
	if last := function.NumIn() - 1; function.IsVariadic() && i >= last {
		return function.In(last).Elem()
	}
	return function.In(i)
}

// fitting converts an argument to the type of a parameter, where it can be.
func fitting(arg any, to reflect.Type) reflect.Value {
	v := reflect.ValueOf(arg)
	switch {
	case !v.IsValid():
		return reflect.Zero(to)
	case v.Type() != to && to.Kind() != reflect.Interface && v.CanConvert(to):
		return v.Convert(to)
	}
	return v
}

// sprigFunctions are those of sprig that may be called. What none of them may do
// is print a pointer, follow the order of a map, end in a panic, or take without
// limit; and what the argument is wrong for is an error, where sprig returns 0,
// nothing or the error's text.
func sprigFunctions() []function {
	allowed := func(call, gives string) function { return fromSprig(Allowed, call, gives) }
	wrapped := func(reason, call, gives string) function { return fromSprig(Wrapped, call, gives).because(reason) }
	charged := func(call, gives string, cost func(*budget, []any) error) function {
		return fromSprig(Charged, call, gives).because(unbounded).checked(cost)
	}
	number := func(call, gives string) function { return wrapped(swallowing, call, gives) }
	pattern := func(call, gives string) function {
		return wrapped("a pattern that cannot be read is an error, and long texts are charged", call, gives).
			checked(costPattern)
	}
	copies := func(call, gives string) function {
		return fromSprig(Charged, call, gives).because(copying).checked(costCopy)
	}
	merging := func(call, gives, must string) function {
		return wrapped(deep, call, gives).running(sprigs()[must])
	}

	return []function{
		// Text.
		allowed("trim TEXT", "the text without white space at its ends"),
		allowed("trimAll PART TEXT", "the text without these characters at its ends"),
		allowed("trimall PART TEXT", "as trimAll"),
		allowed("trimPrefix PART TEXT", "the text without this beginning"),
		allowed("trimSuffix PART TEXT", "the text without this end"),
		allowed("upper TEXT", "the text in capital letters"),
		allowed("lower TEXT", "the text in small letters"),
		allowed("title TEXT", "every word with a capital letter"),
		allowed("untitle TEXT", "every word with a small letter at its beginning"),
		allowed("swapcase TEXT", "capitals for small letters, and the other way round"),
		allowed("snakecase TEXT", "the words in small letters, joined by _"),
		allowed("camelcase TEXT", "the words with capitals, joined by nothing"),
		allowed("kebabcase TEXT", "the words in small letters, joined by -"),
		allowed("initials TEXT", "the first letter of each word"),
		wrapped(byBytes, "nospace TEXT", "the text without any white space").by(noSpace),
		wrapped(byBytes, "trunc WIDTH TEXT", "the first bytes of the text, the last for a negative number"),
		wrapped(byBytes, "substr FROM TO TEXT", "the bytes of the text in this range; to its end for a negative one").
			checked(checkSubstr),
		wrapped(byBytes, "abbrev WIDTH TEXT", "the beginning of the text with three dots behind it"),
		wrapped(byBytes, "abbrevboth FROM TO TEXT", "a part of the text with three dots on both sides"),
		allowed("contains PART TEXT", "whether the text has this part"),
		allowed("hasPrefix PART TEXT", "whether the text begins with this part"),
		allowed("hasSuffix PART TEXT", "whether the text ends with this part"),
		allowed("plural ONE MANY COUNT", "the first text for 1, the second for other numbers"),
		charged("repeat COUNT TEXT", "the text so many times", costRepeat),
		charged("indent SPACES TEXT", "every line of the text behind so many spaces", costIndent),
		charged("nindent SPACES TEXT", "a newline, and then as indent", costIndent),
		charged("replace OLD NEW TEXT", "the text with one part in place of another, everywhere", costReplace),
		charged("wrap WIDTH TEXT", "the text in lines of so many bytes at most", costWrap),
		charged("wrapWith WIDTH SEPARATOR TEXT", "as wrap, with something else for a newline", costWrap),
		wrapped(pointers, "cat SCALAR...", "the values in one text, with spaces between them").checked(costPrint),
		wrapped(pointers, "quote SCALAR...", "each value as a string of Go; no quoting for any "+
			"target").checked(costPrint),
		wrapped(pointers, "squote SCALAR...", "each value between apostrophes; no quoting for any target").
			checked(costPrint),
		wrapped(pointers, "toString SCALAR", "the value as text"),
		wrapped(pointers, "toStrings DATA-LIST", "the values of the list as text").checked(checkScalars),
		wrapped(pointers, "join SEPARATOR DATA-LIST", "the values of the list in one text").checked(costJoin),
		wrapped(pointers, "sortAlpha DATA-LIST", "the values of the list as text, sorted").checked(checkScalars),
		charged("splitList SEPARATOR TEXT", "the parts of the text as a list", costSplit),
		charged("split SEPARATOR TEXT", "the parts of the text as a dictionary: _0, _1 and so on", costSplit),
		charged("splitn SEPARATOR LIMIT TEXT", "as split, in so many parts at most", costSplit),

		// Numbers.
		number("add NUMBER...", "the sum of whole numbers").by(arithmetic(addWhole)),
		number("sub NUMBER NUMBER", "the difference of whole numbers").by(arithmetic(subtractWhole)),
		number("mul NUMBER NUMBER...", "the product of whole numbers").by(arithmetic(multiplyWhole)),
		number("div NUMBER NUMBER", "the quotient of whole numbers").checked(checkDivisor),
		number("mod NUMBER NUMBER", "the remainder of their division").checked(checkDivisor),
		number("add1 NUMBER", "the next whole number").by(nextWhole),
		number("addf NUMBER...", "the sum of decimal numbers").checked(costDecimal),
		number("add1f NUMBER", "the decimal number and 1").checked(costDecimal),
		number("subf NUMBER NUMBER...", "the first decimal number without the others").checked(costDecimal),
		number("mulf NUMBER NUMBER...", "the product of decimal numbers").checked(costDecimal),
		number("divf NUMBER NUMBER...", "the first decimal number, divided by the "+
			"others").checked(checkDecimalDivisors),
		number("max NUMBER NUMBER...", "the largest whole number").checked(checkWhole),
		number("biggest NUMBER NUMBER...", "as max").checked(checkWhole),
		number("min NUMBER NUMBER...", "the smallest whole number").checked(checkWhole),
		number("maxf NUMBER NUMBER...", "the largest decimal number"),
		number("minf NUMBER NUMBER...", "the smallest decimal number"),
		number("ceil NUMBER", "the number rounded up"),
		number("floor NUMBER", "the number rounded down"),
		number("round NUMBER PLACES [NUMBER]", "the number rounded to so many decimal places").by(roundNumber),
		number("int NUMBER", "the number as a whole one").checked(checkWhole),
		number("int64 NUMBER", "the number as a whole one of 64 bits").checked(checkWhole),
		number("float64 NUMBER", "the number as a decimal one"),
		number("atoi TEXT", "the whole number that the text is").checked(checkDigits(10)),
		number("toDecimal SCALAR", "the number that is written with the digits 0 to 7").checked(checkDigits(8)),
		charged("until COUNT", "the numbers from 0, without this one", costUntil),
		charged("untilStep FROM TO STEP", "the numbers from one to another, without that", costUntil),
		charged("seq COUNT...", "as the shell's seq, with spaces", costSequence),
		number("duration SECONDS", "so many seconds as hours, minutes and seconds: 1m30s").checked(checkSeconds),
		wrapped("it would read the clock", "durationRound SCALAR", "a duration such as 26h in its largest unit: 1d").
			checked(checkDuration),

		// Choices.
		allowed("default DEFAULT VALUE...", "the value, or the first one where it is empty"),
		allowed("empty VALUE", "whether a value is nothing, \"\", 0, false or without elements"),
		allowed("coalesce VALUE...", "the first value that is not empty"),
		allowed("ternary YES NO CONDITION", "the first value where the condition is true, otherwise the second"),
		allowed("all VALUE...", "whether no value is empty"),
		allowed("any VALUE...", "whether a value is not empty"),
		allowed("fail MESSAGE", "nothing: it ends the build with this message, at its line"),
		allowed("kindIs KIND VALUE", "whether a value is a string, int, bool, slice, map, ptr or struct"),
		allowed("typeIs TYPE VALUE", "whether a value has this type of Go"),
		allowed("typeIsLike TYPE VALUE", "as typeIs, also for a pointer to it"),

		// Lists.
		allowed("list VALUE...", "a list of these values"),
		allowed("tuple VALUE...", "as list"),
		allowed("first LIST", "the first element, nothing of an empty list"),
		allowed("mustFirst LIST", "as first"),
		allowed("last LIST", "the last element, nothing of an empty list"),
		allowed("mustLast LIST", "as last"),
		copies("rest LIST", "all but the first element"),
		copies("mustRest LIST", "as rest"),
		copies("initial LIST", "all but the last element"),
		copies("mustInitial LIST", "as initial"),
		copies("append LIST VALUE", "the list with one more element at its end"),
		copies("mustAppend LIST VALUE", "as append"),
		copies("push LIST VALUE", "as append"),
		copies("mustPush LIST VALUE", "as append"),
		copies("prepend LIST VALUE", "the list with one more element at its beginning"),
		copies("mustPrepend LIST VALUE", "as prepend"),
		copies("concat LIST...", "the lists in one"),
		copies("reverse LIST", "the list from its end"),
		copies("mustReverse LIST", "as reverse"),
		copies("compact LIST", "the list without empty values"),
		copies("mustCompact LIST", "as compact"),
		wrapped("a range outside the list is an error; of a text it gives a part", "slice LIST-OR-TEXT [FROM] [TO]",
			"the elements of the list, or the bytes of the text, in this range").by(sliceOf),
		wrapped("a range outside the list is an error", "mustSlice LIST [FROM] [TO]", "as slice").by(sliceOf),
		wrapped("a size below 1 is an error", "chunk SIZE LIST", "the list in lists of so many elements").
			checked(costChunk),
		wrapped("a size below 1 is an error", "mustChunk SIZE LIST", "as chunk").checked(costChunk),
		wrapped(deep, "uniq DATA-LIST", "the list without what comes twice").checked(costCompare),
		wrapped(deep, "mustUniq DATA-LIST", "as uniq").checked(costCompare),
		wrapped(deep, "without DATA-LIST DATA...", "the list without these values").checked(costCompare),
		wrapped(deep, "mustWithout DATA-LIST DATA...", "as without").checked(costCompare),
		wrapped(deep, "has DATA DATA-LIST", "whether the list has this value").checked(costCompare),
		wrapped(deep, "mustHas DATA DATA-LIST", "as has").checked(costCompare),

		// Dictionaries.
		wrapped(pointers, "dict VALUE...", "a dictionary of these keys and values, in turn").checked(checkKeys),
		allowed("get DICT KEY", "the value of a key, \"\" where there is none").running(valueOf),
		allowed("set DICT KEY VALUE", "the dictionary, which has the key from now on"),
		allowed("unset DICT KEY", "the dictionary, which no longer has the key"),
		allowed("hasKey DICT KEY", "whether the dictionary has the key"),
		allowed("pluck KEY DICT...", "the values of the key in the dictionaries that have it"),
		wrapped("a key that leads to no dictionary is an error", "dig KEY KEYS... DEFAULT DICT",
			"the value below these keys, or the one given").by(digDown),
		wrapped(mapOrder, "keys DICT...", "the keys of the dictionaries, sorted").by(sortedKeys),
		wrapped(mapOrder, "values DICT", "the values of the dictionary in the order of its keys").by(sortedValues),
		allowed("pick DICT KEY...", "a dictionary of these keys alone"),
		allowed("omit DICT KEY...", "a dictionary without these keys"),
		merging("merge DATA-DICT DATA-DICT...", "the first dictionary, with what only the others have", "mustMerge"),
		merging("mustMerge DATA-DICT DATA-DICT...", "as merge", "mustMerge"),
		merging("mergeOverwrite DATA-DICT DATA-DICT...", "the first dictionary, with what the others have",
			"mustMergeOverwrite"),
		merging("mustMergeOverwrite DATA-DICT DATA-DICT...", "as mergeOverwrite", "mustMergeOverwrite"),
		merging("deepCopy DATA", "a copy of a list or dictionary", "mustDeepCopy"),
		merging("mustDeepCopy DATA", "as deepCopy", "mustDeepCopy"),

		// Other forms of text.
		allowed("b64enc TEXT", "the text in base64"),
		wrapped(swallowing, "b64dec TEXT", "the text that base64 stands for").checked(checkBase64),
		allowed("b32enc TEXT", "the text in base32"),
		wrapped(swallowing, "b32dec TEXT", "the text that base32 stands for").checked(checkBase32),
		allowed("sha1sum TEXT", "the SHA-1 of the text in hexadecimal digits"),
		allowed("sha256sum TEXT", "the SHA-256 of the text in hexadecimal digits"),
		allowed("sha512sum TEXT", "the SHA-512 of the text in hexadecimal digits"),
		allowed("adler32sum TEXT", "the Adler-32 of the text as a number"),
		wrapped("deep values are an error", "mustFromJson TEXT", "what the JSON text stands for").by(fromJSON),
		wrapped(deep, "mustToJson DATA", "the value as JSON, for HTML").checked(checkJSON),
		wrapped(deep, "mustToRawJson DATA", "the value as JSON").checked(checkJSON),
		wrapped(deep, "mustToPrettyJson DATA", "the value as JSON in lines").checked(checkJSON),
		pattern("regexMatch PATTERN TEXT", "whether the pattern matches the text"),
		pattern("mustRegexMatch PATTERN TEXT", "as regexMatch"),
		pattern("regexFind PATTERN TEXT", "the first match of the pattern"),
		pattern("mustRegexFind PATTERN TEXT", "as regexFind"),
		pattern("regexFindAll PATTERN TEXT LIMIT", "the first matches of the pattern, all for -1"),
		pattern("mustRegexFindAll PATTERN TEXT LIMIT", "as regexFindAll"),
		pattern("regexSplit PATTERN TEXT LIMIT", "the parts of the text between matches, all for -1"),
		pattern("mustRegexSplit PATTERN TEXT LIMIT", "as regexSplit"),
		pattern("regexReplaceAll PATTERN TEXT NEW", "the text with something else for each match; $1 stands for a "+
			"group"),
		pattern("mustRegexReplaceAll PATTERN TEXT NEW", "as regexReplaceAll"),
		pattern("regexReplaceAllLiteral PATTERN TEXT NEW", "the text with something else for each match"),
		pattern("mustRegexReplaceAllLiteral PATTERN TEXT NEW", "as regexReplaceAllLiteral"),
		allowed("regexQuoteMeta TEXT", "a pattern that matches this text alone"),
		wrapped(swallowing, "urlParse URL", "the parts of a URL: scheme, host, hostname, path, query, opaque, "+
			"fragment, userinfo").
			checked(checkURL),
		wrapped(swallowing, "urlJoin DATA-DICT", "a URL of these parts").checked(checkURLParts),
		wrapped("long versions are charged", "semver VERSION", "a version, with .Major, .Minor and .Patch").
			checked(costVersion),
		wrapped("long versions are charged", "semverCompare CONSTRAINT VERSION",
			"whether a version fits, such as \">=2.1\"").
			checked(costVersion),

		// Paths with slashes.
		allowed("base PATH", "the last part of a path"),
		allowed("dir PATH", "a path without its last part"),
		allowed("clean PATH", "the shortest path of the same meaning"),
		allowed("ext PATH", "the ending of a path's last part, with its dot"),
		allowed("isAbs PATH", "whether a path begins with a slash"),
	}
}
