//go:build !js

// Command playground makes the playground: one page that holds mirrorgen as WebAssembly, its
// examples and all that it needs.
package main

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"mirrorgen/internal/gzipped"
)

//go:embed page.html
var page string

//go:embed page.css
var sheet string

//go:embed page.js
var script string

// examples are those that the page offers, the first to begin with.
var examples = []string{"minimal", "simplemirror", "dr-reporting", "single-bridge", "monitoring", "tls"}

func main() {
	output := flag.String("o", "playground.html", "write the page to this file")
	root := flag.String("root", ".", "the directory of mirrorgen's sources")
	flag.Parse()
	content, err := assemble(*root)
	if err == nil {
		err = os.WriteFile(*output, content, 0o644)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "playground:", err)
		os.Exit(1)
	}
}

// assemble builds the program and puts the page together. Its policy lets no script run but
// this one, and nothing be loaded or sent.
func assemble(root string) ([]byte, error) {
	program, err := compile(root)
	if err != nil {
		return nil, err
	}
	support, err := runtimeSupport()
	if err != nil {
		return nil, err
	}
	texts := []map[string]string{}
	for _, name := range examples {
		content, err := os.ReadFile(filepath.Join(root, "examples", name+".hcl"))
		if err != nil {
			return nil, err
		}
		texts = append(texts, map[string]string{"name": name, "text": string(content)})
	}
	offered, err := json.Marshal(texts) // which escapes <, > and &
	if err != nil {
		return nil, err
	}
	code := string(support) + "\n" + script
	sum := sha256.Sum256([]byte(code))
	return []byte(strings.NewReplacer(
		"{{hash}}", base64.StdEncoding.EncodeToString(sum[:]), "{{style}}", sheet, "{{examples}}", string(offered),
		"{{program}}", base64.StdEncoding.EncodeToString(program), "{{script}}", code,
	).Replace(page)), nil
}

// compile builds the program, compressed.
func compile(root string) ([]byte, error) {
	dir, err := os.MkdirTemp("", "playground")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "playground.wasm")
	command := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", file, "./cmd/playground")
	command.Dir = root
	command.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm", "CGO_ENABLED=0")
	if output, err := command.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("go build: %w\n%s", err, output)
	}
	content, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	return gzipped.Bytes(content), nil
}

// runtimeSupport is the JavaScript that comes with Go and starts its programs.
func runtimeSupport() ([]byte, error) {
	output, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return nil, fmt.Errorf("go env: %w", err)
	}
	return os.ReadFile(filepath.Join(strings.TrimSpace(string(output)), "lib", "wasm", "wasm_exec.js"))
}
