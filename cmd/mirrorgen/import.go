package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"mirrorgen/internal/format/text"
	"mirrorgen/internal/importer"
)

// composeNames are what Docker Compose looks for in a directory, in its order.
var composeNames = []string{"compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"}

func (t *tool) importCommand() *cobra.Command {
	var output string
	command := &cobra.Command{
		Use:   "import [FILE|DIR]",
		Short: "Make a topology of a lab that was written by hand",
		Long: `Import reads a Docker Compose FILE, or that of a DIR, the current one if none is
named, and prints a topology of the mirror lab in it: services and roles, networks,
addresses, published ports, images, environment. It reads what the services mount or
are built from too: CSP.ini, haproxy.cfg, nginx.conf, merge files, .env. Nothing outside
the file's directory is read, and no variable of the shell.

The topology is valid. What it has no word for is told in comments: read them all
before you trust the result.`,
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
	path, err := composeFile(path)
	if err != nil {
		return failed(err)
	}
	content, err := readSource(path)
	if err != nil {
		return failed(err)
	}
	dir, err := filepath.Abs(filepath.Dir(path))
	if err != nil {
		return failed(pathError(path, err))
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return failed(pathError(dir, err))
	}
	defer root.Close()
	result, err := importer.Import(filepath.Base(dir), path, content, func(name string) ([]byte, bool) { return readBeside(root, name) })
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
		fmt.Fprintf(t.err, "%s: %s on what was not carried over or is otherwise now; read them before you build\n", printable(name), text.Plural(result.Lost, "comment"))
	}
	return nil
}

// composeFile is the compose file that a FILE or DIR stands for.
func composeFile(path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", pathError(path, err)
	}
	if !info.IsDir() {
		return path, nil
	}
	for _, name := range composeNames {
		if file := filepath.Join(path, name); exists(file) {
			return file, nil
		}
	}
	return "", fmt.Errorf("%s: there is no compose file in this directory; give its name", path)
}

func exists(name string) bool {
	_, err := os.Stat(name)
	return !errors.Is(err, fs.ErrNotExist)
}

// readBeside reads a plain file below a directory that is not too large for
// configuration.
func readBeside(root *os.Root, name string) ([]byte, bool) {
	info, err := root.Stat(filepath.FromSlash(name))
	if err != nil || !info.Mode().IsRegular() {
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
