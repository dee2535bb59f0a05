package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"mirrorgen/internal/format/compose"
	"mirrorgen/internal/format/text"
	"mirrorgen/internal/importer"
	"mirrorgen/internal/verify"
	"mirrorgen/schema"
	"mirrorgen/templates"
)

func (t *tool) importCommand() *cobra.Command {
	var output string
	command := &cobra.Command{
		Use:   "import [FILE|DIR]",
		Short: "Make a topology of a lab that was written by hand",
		Long: `Import reads a Docker Compose FILE, or that of a DIR, the current one if none is
named, and prints a topology of the lab in it: services and roles, networks, addresses,
published ports, images, environment. It also reads what the services mount or are built
from: Dockerfiles, merge files, CSP.ini, haproxy.cfg, nginx.conf, .env. Nothing outside the
file's directory is read. Variables have the values that Compose gives them: those of the
environment, else those of .env. Of a DIR it takes the files that COMPOSE_FILE names there.

The topology is compiled before it is printed. What the language refuses, or has no argument
for, is in comments: read them all before you trust the result. Where the topology does not
build all the same, the errors say which line stops it, and the exit code is 1.`,
		Example: `  mirrorgen import
  mirrorgen import old/docker-compose.yml -o lab.hcl`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return fmt.Errorf("give one compose FILE, or a DIR; %d were given", len(args))
			}
			if output != "" {
				return checkNewTopology(output)
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			return t.importFile(append(args, ".")[0], output)
		},
	}
	command.Flags().StringVarP(&output, "output", "o", "", "write to this new `FILE`, not to standard output")
	return command
}

func (t *tool) importFile(path, output string) error {
	path, chosen, err := composeFile(path)
	if err != nil {
		return failed(err)
	}
	content, err := readSource(path)
	if err != nil {
		return failed(err)
	}
	project, err := filepath.Abs(filepath.Dir(path)) // its directory
	if err != nil {
		return failed(pathError(path, err))
	}
	dir := project
	if chosen != nil {
		dir = strings.TrimSuffix(path, filepath.FromSlash(chosen[0]))
	}
	if dir, err = filepath.Abs(dir); err != nil {
		return failed(pathError(path, err))
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return failed(pathError(dir, err))
	}
	defer root.Close()
	result, err := importer.Import(importer.Source{
		Directory: filepath.Base(project), Name: filepath.ToSlash(path), Content: content, Chosen: chosen,
		Read:   func(name string) ([]byte, bool) { return readBeside(root, name) },
		List:   func(directory string) []string { return listBeside(root, directory) },
		Lookup: os.LookupEnv,
	})
	if err != nil {
		return failed(err)
	}
	name := output
	if name == "" || name == "-" {
		name = "<stdout>"
		t.out.Write(result.Topology)
	} else if err := createFile(output, result.Topology); err != nil {
		return failed(err)
	}
	if result.Lost > 0 {
		fmt.Fprintf(t.err, "%s: %s on what is not carried over or is different; read them before you build\n",
			printable(name), text.Plural(result.Lost, "comment"))
	}
	return t.checkImported(name, result)
}

// checkImported compiles what was imported, up to the files that a build would write, and shows what
// stops it.
func (t *tool) checkImported(name string, result *importer.Result) error {
	diags, shown := result.Errors, sourceListings([]schema.Source{{Name: name, Content: result.Topology}})
	for _, d := range diags {
		d.Subject.Filename = name
		if d.Context != nil {
			d.Context.Filename = name
		}
	}
	if len(diags) == 0 {
		artifacts := templates.Render(result.Plan)
		diags, shown = verify.Check(artifacts), artifactListings(artifacts)
	}
	if !diags.HasErrors() {
		return nil
	}
	t.show(diags, shown)
	return counted(fmt.Errorf("%s: %s: the topology does not build as it is", printable(name), count(diags)))
}

// composeFile is the compose file that a FILE or DIR stands for. chosen are all files that COMPOSE_FILE
// names for a DIR, the first of which it is; nil where it names none.
func composeFile(path string) (file string, chosen []string, err error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", nil, pathError(path, err)
	}
	if !info.IsDir() {
		return path, nil, nil
	}
	root, err := os.OpenRoot(path)
	if err != nil {
		return "", nil, pathError(path, err)
	}
	defer root.Close()
	chosen = importer.ComposeFiles(func(name string) ([]byte, bool) { return readBeside(root, name) }, os.LookupEnv)
	for _, name := range chosen {
		if _, err := root.Stat(filepath.FromSlash(name)); err != nil {
			return "", nil, fmt.Errorf("%s: COMPOSE_FILE names %s, which is no file below this directory", path,
				printable(name))
		}
	}
	if chosen != nil {
		return filepath.Join(path, filepath.FromSlash(chosen[0])), chosen, nil
	}
	for _, name := range compose.Names {
		if file := filepath.Join(path, name); exists(file) {
			return file, nil, nil
		}
	}
	return "", nil, fmt.Errorf("%s: there is no compose file in this directory; give its name", path)
}

func exists(name string) bool {
	_, err := os.Stat(name)
	return !errors.Is(err, fs.ErrNotExist)
}

// listBeside are the names of the regular files in a directory below another one, sorted.
func listBeside(root *os.Root, directory string) []string {
	entries, err := fs.ReadDir(root.FS(), directory)
	if err != nil {
		return nil
	}
	var names []string
	for _, entry := range entries {
		if !entry.IsDir() {
			names = append(names, entry.Name())
		}
	}
	return names
}

// readBeside reads a regular file below a directory, unless it is too large for configuration.
func readBeside(root *os.Root, name string) ([]byte, bool) {
	info, err := root.Stat(filepath.FromSlash(name))
	if err != nil || !info.Mode().IsRegular() || info.Size() > maxTemplate {
		return nil, false
	}
	file, err := root.Open(filepath.FromSlash(name))
	if err != nil {
		return nil, false
	}
	defer file.Close()
	content, err := io.ReadAll(io.LimitReader(file, maxTemplate))
	return content, err == nil
}
