# The words of this project: `make demo` and `make test` are all that a new machine needs.
# Everything is installed from lock files into .venv; nothing else on the machine is touched.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
TRAIN := .venv-train
ARGS ?=

.PHONY: help demo test test-fast lint format train bench lock wheel release audit clean

help: ## Say what each word does
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

# The environment: made once, made again when a lock file changes.
$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3,11) <= sys.version_info < (3,14))' || \
	  { echo "vitalstream needs Python 3.11 to 3.13; call: make PYTHON=python3.12 ..." >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || \
	  { echo "cannot make a virtual environment; on Debian: apt install python3-venv" >&2; exit 1; }
	@echo "installing into $(VENV) (about a minute, once)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(TRAIN)/.ready: requirements-train.lock pyproject.toml
	@test -x $(TRAIN)/bin/python || $(PYTHON) -m venv $(TRAIN)
	@echo "installing into $(TRAIN) (JAX and friends, some minutes, once)"
	@$(TRAIN)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements-train.lock
	@$(TRAIN)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

demo: $(READY) ## Real servers, simulated wearers, live view; ARGS="--seconds 90 --wearers 200"
	$(BIN)/vitalstream demo $(ARGS)

test: $(READY) ## All tests, with real Kafka and Valkey
	$(BIN)/python -m pytest $(ARGS)

test-fast: $(READY) ## Tests that start no server
	$(BIN)/python -m pytest -m "not integration and not fault" $(ARGS)

lint: $(READY) ## Style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(READY) ## Put code into shape
	$(BIN)/ruff check --fix --quiet .
	$(BIN)/ruff format .

train: $(TRAIN)/.ready ## Train every model again; DATA=folder of the data sets
	@test -n "$(DATA)" || { echo "say where the data sets are: make train DATA=folder (see docs/how-to/train.md)" >&2; exit 1; }
	$(TRAIN)/bin/vitalstream train rhythm --data $(DATA)/ltafdb_rr --out models/registry $(ARGS)
	$(TRAIN)/bin/vitalstream train quality --data $(DATA)/ltafdb_rr --out models/registry
	$(TRAIN)/bin/vitalstream train diabetes --data $(DATA)/pima_diabetes --data $(DATA)/nhanes_2009_12 --out models/registry
	$(TRAIN)/bin/vitalstream train glucose --data $(DATA)/shanghai_cgm --out models/registry
	$(TRAIN)/bin/vitalstream train unusual --data $(DATA)/ltafdb_rr --out models/registry
	$(TRAIN)/bin/vitalstream train deterioration --data $(DATA)/physionet2012_icu_vitals --out models/registry
	$(TRAIN)/bin/vitalstream train synth --data $(DATA)/ltafdb_rr --data $(DATA)/shanghai_cgm --out models/registry

bench: $(READY) ## Measure throughput, cost and latency on this machine
	$(BIN)/vitalstream bench race --pictures build/bench $(ARGS)

# The lock files hold hashes of every distribution for Python 3.11 to 3.13.
LOCK := uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --quiet
lock: ## Make the lock files again (needs uv)
	$(LOCK) --extra evaluate --extra bench --extra race --extra tracing --group dev -o requirements.lock
	$(LOCK) --extra tracing -c requirements.lock -o requirements-run.lock
	$(LOCK) --extra evaluate --extra bench --extra train --group dev -c requirements.lock -o requirements-train.lock

wheel: $(READY) ## Build the wheel into dist/
	$(BIN)/python -m build --no-isolation --wheel

release: wheel ## The wheel and its bill of materials (CycloneDX), in dist/
	$(BIN)/python deploy/sbom.py dist/vitalstream.cdx.json

audit: $(READY) ## Known vulnerabilities of what runs
	@$(BIN)/python deploy/audit.py || { code=$$?; [ $$code = 75 ] && echo "audit skipped: no advisories from here" || exit $$code; }

clean: ## Remove what was built
	rm -rf dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis
