package rehearse

import (
	"debug/elf"
	"errors"
	"fmt"
	"strings"
)

// machines are the processors that Docker names in an engine's platform.
var machines = map[string]elf.Machine{
	"amd64": elf.EM_X86_64,
	"arm64": elf.EM_AARCH64,
}

// checkExecutable finds out whether a mirrorgen can stand in inside a container of
// the platform, "linux/amd64": it must be a Linux program for that processor which
// needs no libraries.
func checkExecutable(path, platform string) error {
	_, processor, _ := strings.Cut(platform, "/")
	remedy := fmt.Sprintf("build one with `CGO_ENABLED=0 GOOS=linux GOARCH=%s go build -o mirrorgen-%s "+
		"./cmd/mirrorgen` and give it with --stand-in mirrorgen-%s",
		processor, processor, processor)
	program, err := elf.Open(path)
	var format *elf.FormatError
	if errors.As(err, &format) {
		return fmt.Errorf("%s is no Linux program, and so cannot stand in inside containers: %s", path, remedy)
	}
	if err != nil {
		return fmt.Errorf("reading the program that stands in: %w", err)
	}
	defer program.Close()
	if wanted, known := machines[processor]; known && program.Machine != wanted {
		return fmt.Errorf("%s is for another processor than this Docker engine's, %s: %s", path, processor, remedy)
	}
	for _, segment := range program.Progs {
		if segment.Type == elf.PT_INTERP {
			return fmt.Errorf("%s is linked with libraries of this system, which the containers lack (`go run` and "+
				"`go test` make such a program): %s",
				path, remedy)
		}
	}
	return nil
}
