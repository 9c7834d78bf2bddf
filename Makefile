# Every target explains itself: `make` lists them.
.DEFAULT_GOAL := help
SHELL := /bin/bash

VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
COMMIT  ?= $(shell git rev-parse --short HEAD 2>/dev/null || echo unknown)
DATE    ?= $(shell git log -1 --format=%cI 2>/dev/null || echo unknown)
LDFLAGS := -s -w -X flarewire/cli.version=$(VERSION) -X flarewire/cli.commit=$(COMMIT) -X flarewire/cli.date=$(DATE)
PLATFORMS := linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64 windows/arm64
GOLANGCI_LINT := v2.15.0
GORELEASER := v2.16.0
BIN ?= bin/flarewire

.PHONY: help build demo test test-fast race lint deadcode bench cover screenshots platforms contract fuzz docs release-check release-snapshot \
	fault-matrix fault-matrix-pages fault-matrix-changes hostile soak soak-fleet files terminal-faults release-long wine mutations outdated vuln \
	licences reliability publish-as slow clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: ## build bin/flarewire, stripped and stamped with its version
	CGO_ENABLED=0 go build -trimpath -gcflags='./views/...=-l' -ldflags '$(LDFLAGS)' -o $(BIN) .

demo: ## run the program on the simulated account
	go run . --demo

test: ## run every test
	go test ./...
	cd tools && go test ./...

# Without what starts the real program in a terminal, draws pictures or opens a keyring: the rules, the client, the store, the pages.
FAST = $(shell go list ./... | grep -vE '/(cli|keystore|internal/testing)(/|$$)')

test-fast: ## run the tests of the rules, the client, the store and the pages (no terminal; about 20 s)
	go test $(FAST)

race: ## run every test under the race detector
	go test -race ./...

lint: ## gofmt, go vet, import rules and the other linters
	golangci-lint run ./...
	cd contract && golangci-lint run ./...
	cd tools && golangci-lint run ./...
	@$(MAKE) --no-print-directory deadcode

DEADCODE := v0.52.0

# Reachable is what main reaches. .deadcode lists what only tests and tools call, with the reason; an entry that is alive again fails too.
deadcode: ## find functions that the program never calls
	@mkdir -p bin && go run golang.org/x/tools/cmd/deadcode@$(DEADCODE) -f '{{range .Funcs}}{{println $$.Path .Name .Position}}{{end}}' . >bin/deadcode.txt
	@awk 'FNR == NR { if (/^[^#]/) allowed[$$1 "." $$2] = 1; next } NF { name = $$1 "." $$2; if (!(name in allowed)) { print $$3 ": unreachable func: " name; bad = 1 } \
		seen[name] = 1 } END { for (name in allowed) if (!(name in seen)) { print ".deadcode: " name " is called, or gone: delete its line"; bad = 1 } exit bad }' .deadcode bin/deadcode.txt

bench: ## measure: status against curl and jq, start-up, tables, decoders
	go run -C tools ./bench

cover: ## test coverage, per function
	go test -coverpkg=./... -coverprofile=cover.out ./... && go tool cover -func=cover.out | tail -n 1

screenshots: ## draw the pictures in screenshots/ from the real program
	go run -C tools ./screenshots

platforms: ## build for every release platform
	@for p in $(PLATFORMS); do echo "build $$p"; GOOS=$${p%/*} GOARCH=$${p#*/} CGO_ENABLED=0 go build -trimpath -o /dev/null . || exit 1; done

# Always anew: the test cache does not see that documents outside of the module have changed.
contract: ## check every request and answer against Cloudflare's OpenAPI documents (needs ../shared/openapi)
	cd contract && go test -count=1

FUZZTIME ?= 20s

fuzz: ## fuzz every decoder and validator for FUZZTIME (20s) each
	@grep -r --include='*_test.go' -o '^func Fuzz[A-Za-z0-9]*' . | while IFS=: read -r file func; do \
		echo "fuzz $$file $${func#func }"; go test -run '^$$' -fuzz "^$${func#func }$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 1x "./$${file%/*}" || exit 1; done

# The long forms of the tests of docs/reliability.md, with their figures; the short ones are in `make test`.
LONG := FLAREWIRE_LONG=1 go test -count=1 -timeout 45m -v ./internal/testing/reliability

fault-matrix: fault-matrix-pages fault-matrix-changes ## every page, command and change under every fault, as tables (8 min; make -j2: 5)

fault-matrix-pages:
	@set -o pipefail; $(LONG) -run FaultMatrixOfThePages | grep -v -- '^=== \|^ *--- PASS'

fault-matrix-changes:
	@set -o pipefail; $(LONG) -run 'FaultMatrix|StatusThatWatches' -skip FaultMatrixOfThePages | grep -v -- '^=== \|^ *--- PASS'

hostile: ## hostile text in every field of every answer, and random input (5 min)
	@set -o pipefail; $(LONG) -run 'Hostile|RandomInput' | grep -v -- '^=== \|^ *--- PASS'

soak: ## eight simulated hours with faults, and 5,000 polls over broken connections (10 s)
	@set -o pipefail; $(LONG) -run 'Soak$$|SoakOfConnections' | grep -v -- '^=== '

soak-fleet: ## eight simulated hours of a recorder with 40 accounts of 250 tunnels, sudden deaths and two screens (10 min)
	@set -o pipefail; $(LONG) -timeout 40m -run SoakOfAFleet | grep -v -- '^=== '

files: ## files under 400 SIGKILLs, on a full disk, without permission; the journal and its export (3 min)
	@set -o pipefail; $(LONG) -run 'Files|Journal' | grep -v -- '^=== '

terminal-faults: ## what can happen to a terminal, with the real program (1 min)
	@set -o pipefail; go test -count=1 -v -run TerminalFault ./internal/testing/e2e | grep -v -- '^=== '

reliability: fault-matrix hostile soak soak-fleet files terminal-faults ## all of these

# dist/ as it is: make release-snapshot first, when the packages have changed.
release-long: ## install and remove the Debian package in a new Debian, and build the tree under another path (3 min; root, mmdebstrap)
	FLAREWIRE_LONG=1 go test -C tools -count=1 -v -timeout 30m ./release/... | grep -v -- '^=== '

wine: ## run the Windows program under Wine, the Credential Manager included (1 min; needs wine and gcc-mingw-w64-x86-64; not in CI)
	FLAREWIRE_WINE=1 go test -C tools -count=1 -v -run OnWindows ./release

ONLY ?=

mutations: ## take each mend of docs/mutations.md out and see its test fail; ONLY="^7 " for some (an hour)
	cd tools && go run ./mutations -only '$(ONLY)'

SLOW := fault-matrix hostile soak soak-fleet files terminal-faults release-long race mutations bench

slow: ## all that takes minutes, with its figures kept in figures/ (two hours and a half)
	@mkdir -p figures; bad=0; for target in $(SLOW); do echo "== $$target: figures/$$target.txt"; start=$$SECONDS; said=ok; \
		$(MAKE) --no-print-directory $$target >figures/$$target.txt 2>&1 || { said=FAILED; bad=1; }; \
		echo "$$(date -u +%FT%TZ) $(COMMIT) $$target $$said $$((SECONDS - start)) s" | tee -a figures/history.txt; done; exit $$bad

GOVULNCHECK := v1.9.0

vuln: ## look for known vulnerabilities in what is linked (needs vuln.go.dev)
	@out=$$(go run golang.org/x/vuln/cmd/govulncheck@$(GOVULNCHECK) ./... 2>&1); code=$$?; echo "$$out"; \
	if echo "$$out" | grep -q 'fetching vulnerabilities\|dial tcp\|no such host'; then echo "NOT CHECKED: the database of vulnerabilities (vuln.go.dev) cannot be reached from here" >&2; exit 3; fi; exit $$code

# By the list of versions, which every proxy has: not each answers the question for the latest one.
outdated: ## list the modules and tools of which there is a newer release (needs the module proxy)
	@{ awk '$$1 ~ /\./ && $$2 ~ /^v[0-9]/ {print $$1, $$2}' go.mod contract/go.mod tools/go.mod; \
	echo github.com/golangci/golangci-lint/v2 $(GOLANGCI_LINT); echo github.com/goreleaser/goreleaser/v2 $(GORELEASER); \
	echo golang.org/x/vuln $(GOVULNCHECK); echo golang.org/x/tools $(DEADCODE); } | sort -u | while read -r module version; do \
		listed=$$(go list -mod=mod -m -versions "$$module") || exit 1; \
		newest=$$(tr ' ' '\n' <<<"$$listed" | grep '^v[0-9.]*\(+incompatible\)\?$$' | tail -n 1); \
		if [ -z "$$newest" ]; then echo "$$module $$version (no release to compare with)"; \
		elif [ "$$newest" != "$$version" ]; then echo "$$module $$version -> $$newest"; fi; done

licences: ## write docs/licences.md: what is linked, and under which licences
	go run -C tools ./licences/make -platforms '$(PLATFORMS)'

# The schema is made from views/actions.txt, which the first line makes and the second compiles into the program.
docs: ## write docs/keys.md, docs/kinds.md and the schema anew, and the manual pages and completions into bin/docs
	go test ./cli -run "TestTheKeyPage|TestTheKindsPage" -update
	go test ./cli -run TestTheSchemaOfTheSettings -update
	go run -C tools ./manual -out ../bin/docs -date '$(DATE)'

# go install github.com/goreleaser/goreleaser/v2@$(GORELEASER) first: about three minutes.
# It wants to know where a release would be published, which not every clone can tell.
GIT_REMOTE := $(if $(shell git remote 2>/dev/null),,GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=remote.origin.url GIT_CONFIG_VALUE_0=https://localhost/flarewire/flarewire.git)

release-check: ## let goreleaser read .goreleaser.yaml
	$(GIT_REMOTE) goreleaser check

release-snapshot: release-check ## build everything of a release into dist/ and publish nothing
	$(GIT_REMOTE) goreleaser release --snapshot --clean --skip=sign

MODULE ?=
MAINTAINER ?=

publish-as: ## give the tree the MODULE path, and the packages the MAINTAINER, under which it is published (docs/release.md)
	go run -C tools ./release/publish -module '$(MODULE)' -maintainer '$(MAINTAINER)'

clean: ## remove what was built
	rm -rf bin dist cover.out
