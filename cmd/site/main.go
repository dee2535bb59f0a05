// Command site makes one directory of HTML of the README, the pages of docs/ and all that they
// link to. It needs no server and no network: a browser opens index.html from the disk.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	output := flag.String("o", filepath.Join("bin", "site"), "write the pages to this directory")
	root := flag.String("root", ".", "the directory of mirrorgen's sources")
	playground := flag.String("playground", "", "the page of the playground, to be part of the site")
	flag.Parse()
	count, err := build(*root, *output, *playground)
	if err != nil {
		fmt.Fprintln(os.Stderr, "site:", err)
		os.Exit(1)
	}
	fmt.Printf("%s: %d files\n", *output, count)
}

// build makes the whole site, and writes it where every link leads somewhere.
func build(root, output, playground string) (int, error) {
	s := newSite(os.DirFS(root))
	if playground != "" {
		content, err := os.ReadFile(playground)
		if err != nil {
			return 0, err
		}
		s.addPlayground(content)
	}
	if err := s.make(); err != nil {
		return 0, err
	}
	return len(s.files), replace(output, s.files)
}

// replace writes files into a directory in place of an earlier site. What is no site stays.
func replace(output string, files map[string][]byte) error {
	entries, err := os.ReadDir(output)
	if err != nil && !os.IsNotExist(err) {
		return err
	}
	if _, err := os.Stat(filepath.Join(output, sheetPath)); err != nil && len(entries) > 0 {
		return fmt.Errorf("%s holds something else: give a directory of its own", output)
	}
	if err := os.MkdirAll(filepath.Dir(filepath.Clean(output)), 0o755); err != nil {
		return err
	}
	work, err := os.MkdirTemp(filepath.Dir(filepath.Clean(output)), ".site")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	if err := os.Chmod(work, 0o755); err != nil {
		return err
	}
	for name, content := range files {
		file := filepath.Join(work, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(file, content, 0o644); err != nil {
			return err
		}
	}
	if err := os.RemoveAll(output); err != nil {
		return err
	}
	return os.Rename(work, output)
}
