# Everything a person, a hook or a CI machine does here. Needs only Python >= 3.11, make and a network for packages.
.DEFAULT_GOAL := help
.PHONY: help setup site test pictures check fix calibrate lock bench clean

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
JOBS   ?= 2

help: ## This list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /|/' | awk -F'|' '{printf "  make %-9s %s\n", $$1, $$2}'

setup: $(READY) ## Create .venv and install the locked packages (the other targets do it by themselves)

$(READY): pyproject.toml requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "tenfour needs Python 3.11 or newer, this is %d.%d. Name a newer one: make PYTHON=python3.12" % sys.version_info[:2])'
	$(PYTHON) -m venv $(VENV)
	@echo "Installing the locked packages into $(VENV)"
	@if $(BIN)/pip install --quiet --disable-pip-version-check uv 2>/dev/null; then \
	  $(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock && \
	  $(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e . ; \
	else \
	  $(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock && \
	  $(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e . ; \
	fi
	@touch $(READY)

site: $(READY) ## Run the weekly pipeline and build the site (sample data unless a source is connected)
	@$(BIN)/tenfour weekly

test: $(READY) ## Every test
	$(BIN)/pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder

pictures: $(READY) ## Approve how pages look now: look at tests/browser/pictures before you commit them
	$(BIN)/pytest -q tests/browser/test_pictures.py --update-pictures

check: $(READY) ## Lint, format, types, import contracts, generated files
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

fix: $(READY) ## Repair what a tool can: lint, format, generated files
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format --quiet .
	$(BIN)/tenfour config schema --write
	$(BIN)/tenfour dictionary --write
	$(BIN)/tenfour language --write

calibrate: $(READY) ## Measure the error rates of the method page anew, on simulated teams (many minutes)
	@$(BIN)/tenfour calibrate --jobs $(JOBS)

lock: $(READY) ## Resolve requirements.lock anew from pyproject.toml
	$(BIN)/uv pip compile --quiet --python-version 3.11 --universal --generate-hashes --no-emit-index-url \
	  --no-annotate --no-header --extra dev --upgrade pyproject.toml -o requirements.lock

bench: $(READY) ## Measure: whole runs, fetching, judging, vibes files, pages, readings next to polars and DuckDB
	$(BIN)/python tests/benchmarks/runs.py
	$(BIN)/python tests/benchmarks/sources.py
	$(BIN)/python tests/benchmarks/judge.py
	$(BIN)/python tests/benchmarks/vibes.py
	$(BIN)/python tests/benchmarks/pages.py
	$(BIN)/uv pip install --quiet --python $(BIN)/python -r pyproject.toml --extra bench
	$(BIN)/python tests/benchmarks/readings.py

clean: ## Remove what was generated; data/ is kept
	rm -rf $(VENV) site .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
