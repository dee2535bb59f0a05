// Command platformstest is go vet with the types of other packages read from their sources: it compiles
// nothing. For a platform other than this one, of which nothing is in the build cache, go vet
// compiles the standard library first, which takes six times as long as the rest.
//
//	GOOS=windows GOARCH=arm64 platformstest ./...
package main

import (
	"golang.org/x/tools/go/analysis/multichecker"
	"golang.org/x/tools/go/analysis/suite/vet"
)

func main() { multichecker.Main(vet.Suite...) }
