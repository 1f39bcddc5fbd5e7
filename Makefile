# The first three need nothing but Python (3.11 or newer), pip and make. `make help` lists them all.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/ready
STUDY ?= demo-study
MINUTES ?= 18
KILLS ?= 30
CASES ?= 1000000
SEED ?= 0
DATA ?= ../shared/evaldata
SETS ?= $(wildcard $(DATA)/touche23-valueeval $(DATA)/casino) data/sample
# The tests of one file share what it set up, so they stay in one process.
PYTEST := $(BIN)/pytest --numprocesses auto --dist loadfile

.PHONY: help demo review test test-all torture soak fuzz check fix lock audit sbom wheel screens quality bench

help:  ## list these targets
	@sed -n 's/^\([a-z-]*\):.*## /make \1\t/p' Makefile | expand -t 16

$(READY): requirements.lock pyproject.toml scripts/install.sh
	@scripts/install.sh "$(PYTHON)"

demo: $(READY)  ## install into .venv/ (once) and run the bundled sample; its study is left in demo-study/
	@$(BIN)/tagger demo --dir "$(STUDY)"
	@echo "Or in short: make review"
	@echo "For 'tagger' to be found, first, once in each new terminal: . .venv/bin/activate"

review: $(READY)  ## read the demo's passages in the browser (STUDY=DIR: those of another study)
	@$(BIN)/tagger review --study "$(STUDY)"

check: $(READY)  ## style, types, rule of imports
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/bandit -q -c pyproject.toml -r src pipelines scripts

test: check  ## check, then the tests that need no root and no browser: a few minutes
	$(PYTEST) -m "not slow" --cov --cov-fail-under=90 --junitxml=build/tests.xml

test-all: test  ## test, then the slow tests
	$(PYTEST) -m slow --junitxml=build/tests-slow.xml

torture: $(READY)  ## as root: kill all that writes at random moments (MINUTES=18 of most of it, KILLS=30 of the server)
	TORTURE_MINUTES=$(MINUTES) KILLS=$(KILLS) $(BIN)/pytest -m slow --capture=no --junitxml=build/torture.xml \
		tests/test_torture.py tests/test_torture_server.py tests/test_review_crash.py tests/test_owner_crash.py tests/test_race.py tests/test_crash.py

soak: MINUTES = 30
soak: $(READY)  ## analyst, server and methodologist at once over one study, for MINUTES=30
	TORTURE_MINUTES=$(MINUTES) $(BIN)/pytest --numprocesses 0 --capture=no --junitxml=build/soak.xml tests/test_soak.py

fuzz: $(READY)  ## cases of chance for files, commands and pages (CASES=1000000 in all, SEED=0, ONLY="routes ..."): hours
	$(BIN)/python benchmarks/fuzz.py --cases $(CASES) --seed $(SEED) $(if $(ONLY),--only $(ONLY))

screens: $(READY)  ## take the pictures in docs/screens (needs Debian's chromium and the demo)
	$(BIN)/python scripts/screenshots.py --study "$(STUDY)"

quality: $(READY)  ## measure how well values are found (SETS="DIR ...": on these; WRITE=1: into docs/quality.md)
	$(BIN)/python benchmarks/quality.py $(SETS) $(if $(WRITE),--write docs/quality.md)

bench: $(READY)  ## measure how fast a run is (QUICK=1: in a few minutes; WRITE=1: into docs/performance.md)
	$(BIN)/python benchmarks/bench.py $(if $(QUICK),--quick) $(if $(WRITE),--write docs/performance.md)

fix: $(READY)  ## mend what the linter can mend, and format
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

lock: $(READY)  ## choose the newest versions that fit and write them to requirements.lock (KEEP=1: move none)
	$(BIN)/python scripts/lock.py $(if $(KEEP),--keep)

audit: $(READY)  ## ask whether a locked package has a known flaw, where the network can answer ; it says so where it cannot
	$(BIN)/python scripts/audit.py

sbom: $(READY)  ## write what the program is made of to build/sbom.cdx.json (CycloneDX)
	$(BIN)/python scripts/sbom.py

wheel: $(READY)  ## build dist/transcript_tagger-*.whl
	$(BIN)/python -m build --wheel --no-isolation
