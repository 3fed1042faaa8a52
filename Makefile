# The verbs of this repository. `make demo` and `make test` do all the set-up themselves.
.PHONY: help check-openapi demo test crash bench bench-million fuzz sanitize format lint serve sandbox build

RELEASE := .build/release

help: ## list the verbs
	@grep -E '^[a-z-]+:.*##' Makefile | sed 's/:.*## /\t/' | expand -t 15

demo: build ## four simulated agencies in, one signed profile out
	@Scripts/demo

test: ## all tests, on real files and real HTTP on loopback
	@Scripts/set-up
	@Scripts/set-up-checks
	@rm -rf .build/tests && mkdir -p .build/tests
	TMPDIR="$(CURDIR)/.build/tests" swift test --experimental-maximum-parallelization-width 16

crash: ## kill the programs at every system call (an hour)
	@Scripts/set-up
	@Scripts/crash

bench: build ## figures of a release build, each against its reference; ONLY="decode store" for parts
	@Scripts/bench

bench-million: build ## the same with a million enterprises: hours the first time, and 40 GB of disk
	@ENTERPRISES=1000000 ONLY="sync steady export serve reads" Scripts/bench

fuzz: ## hostile input to every reader, SECONDS=60 each; SURFACES="xml json" for some
	@Scripts/fuzz -s $(or $(SECONDS),60) $(SURFACES)

sanitize: ## tests under the address and the thread sanitizer; ONLY=address or ONLY=thread for one
	@Scripts/sanitize $(ONLY)

serve: build ## the exchange's HTTP API over the demo's store
	@Scripts/serve

sandbox: build ## an exchange over invented data, for a platform to try
	@$(RELEASE)/suixin serve --sandbox

build: ## release build of both programs
	@Scripts/set-up
	swift build -c release --product suixin
	swift build -c release --product suixin-agencies

check-openapi: build ## hold a running exchange against /openapi.json with schemathesis (PyPI)
	@Scripts/set-up-checks
	@Scripts/check-openapi

format: ## format all sources
	swift format -i -r -p Package.swift Sources Adapters Tests

lint: ## what CI checks before it builds
	swift format lint --strict -r -p Package.swift Sources Adapters Tests
