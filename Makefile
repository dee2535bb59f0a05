# Every target is a word of its own; `make` alone lists them.

GO          ?= go
FUZZTIME    ?= 60s
# With every check on, those of names and doc comments too.
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
# Where everything but running labs works.
PLATFORMS   := linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64 windows/arm64
GOVULNCHECK := golang.org/x/vuln/cmd/govulncheck@v1.1.4
DEADCODE    := golang.org/x/tools/cmd/deadcode@v0.38.0
# What no program reaches and the tests print a page of docs/ from: the vocabulary with its
# sources.
DOCUMENTS   := ^internal/verify/vocabulary/
# What the playground alone calls, in a browser.
BROWSER     := ^internal/artifact/manifest.go:.* Manifest$$
SCRIPTS     := .ci/run .ci/tools .ci/engine .ci/images .ci/debian .ci/style .ci/kubernetes .ci/package .ci/module-path \
	$(addprefix .ci/kubernetes.d/,control node check)
# What does several things at a time, which the race detector watches: the packages that do,
# the tests of the whole and of the linker, and of the command, whose tests start it
# hundreds of times, what builds and compares. Those of the balancers' tests have no part of
# the program in them.
RACED        = ./internal ./internal/verify $(shell grep -rlE --include='*.go' --exclude='*_test.go' 'parallel\.|sync\.|go func|\.Go\b' \
	internal schema | xargs -n 1 dirname | sort -u | sed 's|^|./|' | grep -v internal/live)
COMPUTED     = $(shell $(GO) list ./... | grep -v /internal/live$$)
# Packages with golden files: their tests know -update.
GOLDENS      = $(shell grep -rl --include='*_test.go' 'flag.Bool."update"' . | xargs -n 1 dirname | sort -u)

TESTS       := $(GO) run gotest.tools/gotestsum@v1.13.0 --format=standard-quiet --hide-summary=skipped \
	--rerun-fails=1 --rerun-fails-abort-on-data-race
SUBMAKE     := $(MAKE)
LABS        := rehearsals of examples on Docker, simplemirror and tls through every trial, and of broken labs
CLUSTERS    := rehearsals of examples on Kubernetes, simplemirror through every trial

.PHONY: help build playground site install test lint fmt generate verify fuzz bench peers clean \
	release release-snapshot module-path vulnerabilities

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' Makefile

build: ## compile bin/mirrorgen
	CGO_ENABLED=0 $(GO) build -trimpath -o bin/mirrorgen ./cmd/mirrorgen

playground: ## make bin/playground.html, mirrorgen in a page
	@mkdir -p bin
	$(GO) run -trimpath ./cmd/playground -o bin/playground.html

site: playground ## make bin/site, the pages of docs/ as HTML, with the playground
	$(GO) run -trimpath ./cmd/site -o bin/site -playground bin/playground.html

install: ## compile mirrorgen into Go's bin directory
	CGO_ENABLED=0 $(GO) install -trimpath ./cmd/mirrorgen

test: ## get the tools, lint, and run every test; no tool may be missing
	.ci/tools
	@# What a cluster runs on takes minutes to compile, once. Its last use waits for it.
	@.ci/kubernetes build >/dev/null 2>&1 </dev/null &
	@$(MAKE) --no-print-directory --jobs=2 --output-sync=target rehearsals computed
	@echo "make test: everything that was run passed"

# Balancers and labs wait for real time-outs most of the time. What computes runs beside them
# at the lowest priority, because a machine that is busy makes health checks late; and labs
# come after the balancers, which measure to the tenth of a second. A test that fails is run
# once more, and the summary names it.
.PHONY: balancers rehearsals labs clusters computed
balancers:
	MIRRORGEN_REAL_TOOLS=1 $(TESTS) --packages=./internal/live -- -shuffle=on -timeout=30m
	@# Once more in the distribution's releases, which are older.
	MIRRORGEN_REAL_TOOLS=1 MIRRORGEN_BALANCERS=distribution $(TESTS) --packages=./internal/live -- \
		-count=1 -timeout=30m -skip='^TestLoad$$'

# One engine serves both. The jobs of this make are not theirs, its variables are; by the name
# MAKE it would run them even where it is to print alone (-n).
rehearsals: balancers
	.ci/engine --for "$(LABS); $(CLUSTERS)" env MAKEFLAGS= $(SUBMAKE) $(MAKEOVERRIDES) \
		--no-print-directory --jobs=2 --output-sync=target labs clusters

labs:
	$(TESTS) --packages=./internal/rehearse -- -count=1 -timeout=30m -run='^TestRehearsals$$'

clusters:
	.ci/kubernetes run --for "$(CLUSTERS)" -- \
		$(TESTS) --packages=./internal/rehearse -- -count=1 -timeout=30m -run='^TestClusters$$'

computed:
	nice -n 19 $(MAKE) --no-print-directory lint
	MIRRORGEN_REAL_TOOLS=1 MIRRORGEN_MUTATIONS=all nice -n 19 $(TESTS) --packages="$(COMPUTED)" -- \
		-shuffle=on -timeout=30m
	CGO_ENABLED=1 nice -n 19 $(TESTS) --packages="$(RACED)" -- -race -shuffle=on -timeout=30m
	CGO_ENABLED=1 nice -n 19 $(GO) test -race -run='^TestScripts$$/^(build|check|diff)' ./cmd/mirrorgen

lint: ## gofmt, go vet on six platforms and in a page, staticcheck, dead code, long lines, and shellcheck of our own scripts
	@unformatted=$$(gofmt -l .); if [ -n "$$unformatted" ]; then \
		echo "not formatted, run make fmt:"; echo "$$unformatted"; exit 1; fi
	$(GO) vet -tags goals,peers ./...
	@set -e; work=$$(mktemp -d); trap 'rm -rf "$$work"' EXIT; $(GO) build -o "$$work/vet" ./internal/platformstest; \
		for platform in $(PLATFORMS); do echo "vet for $$platform"; \
		CGO_ENABLED=0 GOOS=$${platform%/*} GOARCH=$${platform#*/} "$$work/vet" ./...; done; \
		echo "vet for js/wasm"; CGO_ENABLED=0 GOOS=js GOARCH=wasm "$$work/vet" ./cmd/playground ./internal/playground
	$(GO) run $(STATICCHECK) -checks all -tags goals,peers ./...
	@dead=$$($(GO) run $(DEADCODE) ./cmd/... | grep -vE '$(DOCUMENTS)|$(BROWSER)'); if [ -n "$$dead" ]; then \
		echo "no program reaches:"; echo "$$dead"; exit 1; fi
	.ci/style
	shellcheck -x -P SCRIPTDIR $(SCRIPTS)

release: ## make bin/release, every file of the release that the tag names; refuses a tree with changes
	$(GO) run ./cmd/release

release-snapshot: ## the same of what is there now, as bin/release
	$(GO) run ./cmd/release -snapshot

module-path: ## call the module MODULE, the repository's address, everywhere: for go install MODULE/cmd/mirrorgen@VERSION
	.ci/module-path "$(MODULE)"

vulnerabilities: ## ask Go's database for known ones in what the programs call; exit 1 where it cannot be reached
	@set -e; work=$$(mktemp -d); trap 'rm -rf "$$work"' EXIT; GOBIN=$$work $(GO) install $(GOVULNCHECK); \
		status=0; "$$work/govulncheck" ./cmd/... || status=$$?; \
		case $$status in 0 | 3) exit $$status ;; esac; \
		echo "make vulnerabilities: NOTHING WAS CHECKED, the database of vulnerabilities cannot be reached" >&2; exit 1

fmt: ## gofmt every file
	gofmt -w .

generate: ## rewrite every golden file: examples, diagnostics, the README's tour
	$(GO) test $(GOLDENS) -update

verify: ## compare every golden file with what the code gives today
	$(GO) test -count=1 $(GOLDENS)

fuzz: ## run each fuzz target for FUZZTIME (60s)
	@grep -rEo --include='*_test.go' '^func Fuzz[A-Za-z0-9_]*' . | \
		sed -E 's|^(.*)/[^/]*:func (.*)$$|\1 \2|' | sort -u | \
		while read -r package target; do \
			echo "$$package $$target"; \
			$(GO) test -run='^$$' -fuzz="^$$target\$$" -fuzztime=$(FUZZTIME) -fuzzminimizetime=1x "$$package" || exit 1; \
		done

bench: ## time each stage, then the goals: ratios measured side by side, exit 1 for a miss
	$(GO) test -run='^$$' -bench=. -benchmem ./internal
	$(GO) test -tags goals -count=1 -timeout=60m -run='^TestGoals$$' ./internal

peers: ## build the programs that do a part of the same, and time them side by side; exit 1 for a faster one
	$(GO) test -tags peers -count=1 -timeout=120m -v -run='^TestPeers$$' ./internal

clean: ## delete what make build made
	rm -rf bin
