package dockerfile

import (
	"encoding/json"
	"fmt"
	"path"
	"strconv"
	"strings"

	"github.com/mattn/go-shellwords"

	"mirrorgen/internal/format/dotenv"
)

// An Image is what a Dockerfile makes.
type Image struct {
	Base        string // image that it starts from, at the end of all stages; "scratch" for none
	Environment []dotenv.Variable
	Copies      []Copy
	Entrypoint  []string // as words; nil for that of the base
	Command     []string // as words; nil for that of the base
	Missing     []string // variables in FROM that have neither a value nor a default
}

// A Copy is a file or directory of the build context that is in an image.
type Copy struct {
	Source string // path in the build context, with slashes
	Target string // absolute path in the image: of it, or of the directory that holds it
}

// Sources returns the paths in the build context that a file of the image may come from, the
// likeliest first: a Dockerfile does not say which of its sources are directories.
func (i *Image) Sources(target string) []string { return sources(i.Copies, path.Clean(target)) }

func sources(copies []Copy, target string) []string {
	var list []string
	for i := len(copies) - 1; i >= 0; i-- {
		c := copies[i]
		rest, below := strings.CutPrefix(target, strings.TrimSuffix(c.Target, "/"))
		if !below || rest != "" && rest[0] != '/' {
			continue
		}
		if rest == "" || rest[1:] == path.Base(c.Source) {
			list = append(list, c.Source)
		}
		if rest != "" {
			list = append(list, path.Join(c.Source, rest))
		}
	}
	return list
}

// maxStages bounds how many stages an image is built from.
const maxStages = 100

// Image returns what the stage of that name, or that number, becomes; "" is the last stage. args
// are the build's arguments, which win over the defaults of ARG.
func (f *File) Image(target string, args map[string]string) (*Image, error) {
	index := len(f.stages) - 1
	if target != "" {
		if index = f.stage(target, len(f.stages)); index < 0 {
			return nil, fmt.Errorf("it has no stage %s", shortened(target))
		}
	}
	if index >= maxStages {
		return nil, fmt.Errorf("line %d: more than %d stages", f.stages[maxStages].from.line, maxStages)
	}
	b := &builder{file: f, args: args, global: map[string]string{}, built: map[int]*state{}}
	for _, in := range f.args {
		b.declare(b.global, in.rest, nil)
	}
	s, err := b.build(index)
	if err != nil {
		return nil, err
	}
	image := s.image
	image.Missing = b.missing
	return &image, nil
}

// stage is the index of the stage of that name or number before another, -1 for none.
func (f *File) stage(name string, before int) int {
	for i := before - 1; i >= 0; i-- {
		if f.stages[i].name != "" && strings.EqualFold(f.stages[i].name, name) {
			return i
		}
	}
	if n, err := strconv.Atoi(name); err == nil && n >= 0 && n < before {
		return n
	}
	return -1
}

// A builder makes images of stages, each of them once.
type builder struct {
	file    *File
	args    map[string]string
	global  map[string]string // ARGs before the first FROM
	built   map[int]*state
	missing []string
}

// A state is a stage at one of its instructions.
type state struct {
	image     Image
	variables map[string]string // ARG and ENV
	directory string
}

func (b *builder) build(index int) (*state, error) {
	if s, ok := b.built[index]; ok {
		return s, nil
	}
	from := b.file.stages[index].from
	names := dotenv.New(lookup(b.global))
	base, err := names.Expand(strings.Trim(from.rest, `"'`))
	if err != nil {
		return nil, fmt.Errorf("line %d: %w", from.line, err)
	}
	b.missing = append(b.missing, names.Missing()...)
	s := &state{image: Image{Base: base}, variables: map[string]string{}, directory: "/"}
	if parent := b.file.stage(base, index); parent >= 0 {
		below, err := b.build(parent)
		if err != nil {
			return nil, err
		}
		s = below.copy()
	}
	for _, in := range b.file.stages[index].instructions {
		if err := b.run(s, in, index); err != nil {
			return nil, fmt.Errorf("line %d: %w", in.line, err)
		}
	}
	b.built[index] = s
	return s, nil
}

// copy is the state with which a stage begins that starts from another: with its environment,
// without its arguments.
func (s *state) copy() *state {
	c := &state{image: s.image, variables: map[string]string{}, directory: s.directory}
	c.image.Environment = append([]dotenv.Variable(nil), s.image.Environment...)
	c.image.Copies = append([]Copy(nil), s.image.Copies...)
	for _, v := range c.image.Environment {
		c.variables[v.Name] = v.Value
	}
	return c
}

func lookup(values map[string]string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		value, ok := values[name]
		return value, ok
	}
}

func (b *builder) run(s *state, in instruction, stage int) error {
	expand := func(text string) (string, error) { return dotenv.New(lookup(s.variables)).Expand(text) }
	switch in.name {
	case "ARG":
		b.declare(s.variables, in.rest, b.global)
	case "ENV":
		return s.environment(in.rest, expand)
	case "WORKDIR":
		directory, err := expand(strings.Trim(in.rest, `"'`))
		s.directory = absolute(s.directory, directory)
		return err
	case "COPY", "ADD":
		return b.copies(s, in, stage, expand)
	case "CMD":
		s.image.Command = commandWords(in)
	case "ENTRYPOINT":
		s.image.Entrypoint, s.image.Command = commandWords(in), nil
	}
	return nil
}

// declare gives a declared argument its value: that of the build, else that of a declaration before
// the first FROM, else its default.
func (b *builder) declare(variables map[string]string, text string, outer map[string]string) {
	for _, word := range words(text) {
		name, value, given := strings.Cut(word, "=")
		if argument, ok := b.args[name]; ok {
			value, given = argument, true
		} else if inherited, ok := outer[name]; ok && !given {
			value, given = inherited, true
		}
		if !given {
			continue
		}
		if expanded, err := dotenv.New(lookup(variables)).Expand(value); err == nil {
			value = expanded
		}
		variables[name] = value
	}
}

// environment reads ENV NAME=VALUE ... and the older ENV NAME VALUE.
func (s *state) environment(text string, expand func(string) (string, error)) error {
	list := words(text)
	if name, value := cutWord(text); !strings.Contains(name, "=") {
		list = []string{name + "=" + strings.Trim(value, `"'`)}
	}
	for _, word := range list {
		name, value, _ := strings.Cut(word, "=")
		value, err := expand(value)
		if err != nil {
			return err
		}
		s.variables[name] = value
		s.set(name, value)
	}
	return nil
}

func (s *state) set(name, value string) {
	for i := range s.image.Environment {
		if s.image.Environment[i].Name == name {
			s.image.Environment[i].Value = value
			return
		}
	}
	s.image.Environment = append(s.image.Environment, dotenv.Variable{Name: name, Value: value})
}

// copies reads COPY and ADD: sources and a target; from another stage, what was copied into that.
func (b *builder) copies(s *state, in instruction, stage int, expand func(string) (string, error)) error {
	list := in.list
	if list == nil {
		list = words(in.rest)
	}
	if len(list) < 2 {
		return nil
	}
	for i := range list {
		var err error
		if list[i], err = expand(list[i]); err != nil {
			return err
		}
	}
	from, target := list[:len(list)-1], absolute(s.directory, list[len(list)-1])
	var other *state
	if name := in.flags["from"]; name != "" {
		index := b.file.stage(name, stage)
		if index < 0 { // another image
			return nil
		}
		var err error
		if other, err = b.build(index); err != nil {
			return err
		}
	}
	for _, source := range from {
		switch {
		case strings.HasPrefix(source, "<<"), strings.Contains(source, "://"):
		case other == nil:
			s.image.Copies = append(s.image.Copies, Copy{path.Join("/", source)[1:], target})
		default:
			if found := sources(other.image.Copies, absolute("/", source)); len(found) > 0 {
				s.image.Copies = append(s.image.Copies, Copy{found[0], target})
			}
		}
	}
	return nil
}

func absolute(directory, name string) string {
	if strings.HasPrefix(name, "/") {
		return path.Clean(name)
	}
	return path.Join(directory, name)
}

// words splits a line as a shell does, without replacing variables.
func words(text string) []string {
	list, err := shellwords.Parse(text)
	if err != nil || len(list) == 0 {
		return strings.Fields(text)
	}
	return list
}

// commandWords are the words of a command, in either form.
func commandWords(in instruction) []string {
	if in.list != nil {
		return in.list
	}
	return append([]string{}, words(in.rest)...)
}

// jsonList reads the form ["a", "b"], nil for another.
func jsonList(text string) []string {
	var list []string
	if !strings.HasPrefix(text, "[") || json.Unmarshal([]byte(text), &list) != nil || list == nil {
		return nil
	}
	return list
}
