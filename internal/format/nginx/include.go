package nginx

import "path"

// Bounds on includes: a real configuration includes some ten files, two deep.
const (
	mostIncluded  = 100
	deepestNested = 10
)

// Whole is a configuration with the directives that it includes in the place of each include. find
// returns what the files hold whose paths match the pattern of one, in the order in which nginx reads
// them; ok is false where there may be others, and the directive stays, as it does where includes do
// not end. A pattern that is relative is so to directory, in which nginx finds its configuration.
func Whole(
	directives []*Directive,
	directory string,
	find func(pattern string) (files [][]*Directive, ok bool),
) []*Directive {
	w := whole{directory: directory, find: find}
	return w.list(directives, 0)
}

// whole is the state of Whole.
type whole struct {
	directory string
	find      func(pattern string) ([][]*Directive, bool)
	included  int // files so far
}

func (w *whole) list(directives []*Directive, depth int) []*Directive {
	made := make([]*Directive, 0, len(directives))
	for _, d := range directives {
		switch {
		case d.Name == "include" && !d.HasBlock && len(d.Args) == 1 && depth < deepestNested:
			made = append(made, w.include(d, depth)...)
		case d.HasBlock:
			with := *d
			with.Block = w.list(d.Block, depth)
			made = append(made, &with)
		default:
			made = append(made, d)
		}
	}
	return made
}

// include is what stands in the place of an include.
func (w *whole) include(d *Directive, depth int) []*Directive {
	pattern := d.Arg(0)
	if !path.IsAbs(pattern) {
		pattern = path.Join(w.directory, pattern)
	}
	files, ok := w.find(path.Clean(pattern))
	var made []*Directive
	if !ok {
		made = append(made, d)
	}
	for _, directives := range files {
		if w.included++; w.included > mostIncluded {
			return append(made, d)
		}
		made = append(made, w.list(directives, depth+1)...)
	}
	return made
}
