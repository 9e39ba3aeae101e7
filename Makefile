# Everything starts here: `make demo`, `make test`, `make check`, `make bench`, `make soak`.
# Each target first makes what it needs inside this checkout (.venv, .venv-mlflow) and touches nothing else;
# `make test` alone also installs packages of the system, where it may (scripts/system_packages.sh).
# Python is looked for by itself; to choose one: make PYTHON=/path/to/python3 test

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
# Recipes share one environment; two at once would install over each other.
.NOTPARALLEL:

PY := .venv/bin/python
UV := .venv/bin/uv
INSTALL := $(UV) pip install --quiet
# Trust what this machine trusts, as pip does, where it says so: behind a company's proxy nothing else works.
export UV_SYSTEM_CERTS ?= $(if $(wildcard /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt \
  /etc/ssl/cert.pem),true,false)
# Compiled modules are kept, as for any user: without them every command takes twice as long.
unexport PYTHONDONTWRITEBYTECODE
# More than there are cores: half of the time tests wait, for processes and the disk.
WORKERS ?= 3
TESTS ?= tests
PYTEST_ARGS ?=

.PHONY: help demo test check format bench soak lock clean dev mlflow-server

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' Makefile

# ---- environments: stamps are newer than the locks they were made from, or the locks are installed again ----

.venv/.installer: requirements/bootstrap.txt
	@if ! $(PY) -c 'import sys' 2>/dev/null; then \
	  python=$$(PYTHON='$(PYTHON)' bash scripts/find_python.sh) || exit 1; \
	  echo "making .venv with $$python"; \
	  "$$python" -m venv --clear .venv; \
	fi
	@$(PY) -m pip --version >/dev/null 2>&1 || $(PY) -m ensurepip >/dev/null
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bootstrap.txt
	@touch $@

.venv/.demo: .venv/.installer requirements/demo.txt
	@echo "installing requirements/demo.txt into .venv"
	@$(INSTALL) --python $(PY) --require-hashes -r requirements/demo.txt
	@touch $@

.venv/.dev: .venv/.installer requirements/dev.txt
	@echo "installing requirements/dev.txt into .venv"
	@$(INSTALL) --python $(PY) --require-hashes -r requirements/dev.txt
	@touch $@

# The build backend comes from the lock too: nothing is fetched to build the project itself.
install_project = $(INSTALL) --python $(PY) --no-deps --no-build-isolation --offline --editable .
install_drop_in = $(install_project)/drop_in

.venv/.project-demo: .venv/.demo pyproject.toml
	@$(install_project)
	@touch $@

.venv/.project-dev: .venv/.dev pyproject.toml drop_in/pyproject.toml
	@$(install_project)
	@$(install_drop_in)
	@touch $@

# The tracking server has an environment of its own: it is 620 MB, and its pins are not ours.
.venv-mlflow/.ready: .venv/.installer requirements/mlflow-server.txt
	@echo "installing requirements/mlflow-server.txt into .venv-mlflow"
	@$(UV) venv --quiet --clear --python $(PY) .venv-mlflow
	@$(INSTALL) --python .venv-mlflow/bin/python --require-hashes -r requirements/mlflow-server.txt
	@touch $@

# What bench/ measures beside: 220 MB, and like the server nothing that the project itself uses.
.venv-peer/.ready: .venv/.installer requirements/peer.txt
	@echo "installing requirements/peer.txt into .venv-peer"
	@$(UV) venv --quiet --clear --python $(PY) .venv-peer
	@$(INSTALL) --python .venv-peer/bin/python --require-hashes -r requirements/peer.txt
	@touch $@

dev: .venv/.project-dev ## make the development environment and nothing more

mlflow-server: .venv-mlflow/.ready ## make the environment of the MLflow tracking server

# ---- what to run ----

demo: .venv/.project-demo .venv-mlflow/.ready ## the main job, from an empty folder to a run on a real MLflow server
	@$(PY) demo/run.py

test: .venv/.project-dev .venv-mlflow/.ready ## all tests but the long ones
	@bash scripts/system_packages.sh
	@$(PY) -m pytest -n $(WORKERS) --dist loadgroup $(PYTEST_ARGS) $(TESTS)

check: .venv/.project-dev ## format, lint, types, layers, tree, generated pages
	$(PY) -m ruff format --check --quiet .
	$(PY) -m ruff check --quiet .
	$(PY) -m mypy
	.venv/bin/lint-imports --cache-dir .cache/import-linter
	$(PY) scripts/check_tree.py
	$(if $(wildcard scripts/docs.py),$(PY) scripts/docs.py --check)

format: .venv/.project-dev ## put the code into its form
	$(PY) -m ruff check --quiet --fix .
	$(PY) -m ruff format --quiet .

bench: .venv/.project-dev .venv-peer/.ready ## the measurements that bench/README.md describes
	@for bench in bench/bench_*.py; do [ -e "$$bench" ] || continue; $(PY) -m "bench.$$(basename "$$bench" .py)"; done

soak: .venv/.project-dev .venv-mlflow/.ready ## the long tests, and every property with many more examples
	@$(PY) -m pytest -n $(WORKERS) --dist loadgroup -m "soak or hypothesis" --hypothesis-profile soak \
	  -o timeout=1800 $(PYTEST_ARGS) $(TESTS)

# ---- upkeep ----

EXPORT := $(UV) export --quiet --frozen --no-emit-project --no-header --no-annotate

lock: .venv/.installer ## refresh requirements/*.txt from pyproject.toml and requirements/*.in
	$(UV) lock --upgrade
	$(EXPORT) -o requirements/core.txt --no-default-groups >/dev/null
	$(EXPORT) -o requirements/demo.txt --no-default-groups --extra mlflow --group demo --group build >/dev/null
	$(EXPORT) -o requirements/dev.txt --all-extras --all-groups >/dev/null
	for name in bootstrap mlflow-server peer; do \
	  $(UV) pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-header \
	    --no-annotate -o requirements/$$name.txt requirements/$$name.in >/dev/null; done

clean: ## remove environments, caches and build results
	rm -rf .venv .venv-mlflow .venv-peer .cache dist build .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find src drop_in tests demo scripts bench -name __pycache__ -type d -prune -exec rm -rf {} +
