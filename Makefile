# Every target is a word of its own; `make` alone lists them.

GO          ?= go
FUZZTIME    ?= 60s
# With every check on, those of names and doc comments too.
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
# Where everything but running labs works.
PLATFORMS   := linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64 windows/arm64
DEADCODE    := golang.org/x/tools/cmd/deadcode@v0.38.0
# What no program reaches and the tests print pages of docs/ from: the language reference,
# and the vocabulary with its sources.
DOCUMENTS   := ^(schema/reference\.go|internal/verify/vocabulary/)
SCRIPTS     := .ci/run .ci/tools .ci/engine .ci/images .ci/debian .ci/style .ci/kubernetes \
	$(addprefix .ci/kubernetes.d/,control node check)
# What does several things at a time, which the race detector watches: packages, whose
# tests render labs too, and of the command, whose tests start it hundreds of times, what
# builds and compares.
# The balancers' tests wait for real time-outs, and have no part of the program in them.
RACED        = $(shell $(GO) list ./internal/... ./schema/... | grep -v /internal/live$$)
# Packages with golden files: their tests know -update.
GOLDENS      = $(shell grep -rl --include='*_test.go' 'flag.Bool."update"' . | xargs -n 1 dirname | sort -u)

.PHONY: help build install test lint fmt generate verify fuzz bench peers clean

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

build: ## compile bin/mirrorgen
	CGO_ENABLED=0 $(GO) build -trimpath -o bin/mirrorgen ./cmd/mirrorgen

install: ## compile mirrorgen into Go's bin directory
	CGO_ENABLED=0 $(GO) install -trimpath ./cmd/mirrorgen

test: ## get the tools, lint, and run every test; no tool may be missing
	.ci/tools
	@$(MAKE) --no-print-directory lint
	@# What waits for real time-outs comes first, beside all that computes.
	MIRRORGEN_REAL_TOOLS=1 MIRRORGEN_MUTATIONS=all $(GO) test -shuffle=on -timeout=30m ./internal/live ./...
	@# The balancers once more in the distribution's releases, which are older. Alone: a
	@# machine that is busy makes health checks late.
	MIRRORGEN_REAL_TOOLS=1 MIRRORGEN_BALANCERS=distribution $(GO) test -count=1 -timeout=30m -skip='^TestLoad$$' ./internal/live
	CGO_ENABLED=1 $(GO) test -race -shuffle=on -timeout=30m $(RACED)
	CGO_ENABLED=1 $(GO) test -race -run='^TestScripts$$/^(build|check|diff)' ./cmd/mirrorgen
	.ci/engine --for "rehearsals of examples/simplemirror, dr-reporting, single-bridge and minimal, and of broken labs" \
		$(GO) test -count=1 -timeout=30m -run='^TestRehearsals$$' ./internal/rehearse
	@echo "make test: everything that was run passed"

lint: ## gofmt, go vet on six platforms, staticcheck, dead code, long lines, and shellcheck of our own scripts
	@unformatted=$$(gofmt -l .); if [ -n "$$unformatted" ]; then \
		echo "not formatted, run make fmt:"; echo "$$unformatted"; exit 1; fi
	$(GO) vet -tags goals,peers ./...
	@set -e; for platform in $(PLATFORMS); do echo "go vet for $$platform"; \
		CGO_ENABLED=0 GOOS=$${platform%/*} GOARCH=$${platform#*/} $(GO) vet ./...; done
	$(GO) run $(STATICCHECK) -checks all -tags goals,peers ./...
	@dead=$$($(GO) run $(DEADCODE) ./cmd/... | grep -vE '$(DOCUMENTS)'); if [ -n "$$dead" ]; then \
		echo "no program reaches:"; echo "$$dead"; exit 1; fi
	.ci/style
	shellcheck -x -P SCRIPTDIR $(SCRIPTS)

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
