# make demo | run | test | bench | soak | fuzz | lint
# Each target first makes .venv and installs into it, when pyproject.toml or the locks changed.
# Arguments: make demo ARGS="--once --json"

.DEFAULT_GOAL := help
.PHONY: help demo run test bench soak fuzz lint

BIN := .venv/bin
READY := .venv/ready
CHECKED := .venv/checked

help:
	@sed -n '1,3s/^# //p' Makefile

demo: $(READY)
	$(BIN)/callserver demo $(ARGS)

run: $(READY)
	$(BIN)/callserver serve $(ARGS)

bench: $(READY)
	$(BIN)/callserver bench $(or $(ARGS),calls)

soak: $(READY)
	$(BIN)/callserver bench soak $(ARGS)

# With atheris, which nothing else needs.
fuzz: $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint requirements.txt --editable '.[fuzz]'
	$(BIN)/callserver bench fuzz $(ARGS)

lint: $(CHECKED)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# SIPp and baresip: phones that nobody here wrote; sipvicious: the scanners everybody meets;
# PostgreSQL, of which the tests start one of their own. Without them the tests would prove half of it.
test: lint
	@for tool in sipp baresip svwar; do command -v $$tool >/dev/null || { \
	  echo "make test needs $$tool. On Debian: apt-get install sip-tester baresip sipvicious" >&2; exit 1; }; done
	@command -v postgres >/dev/null || ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || { \
	  echo "make test needs PostgreSQL 15 or newer. On Debian: apt-get install postgresql" >&2; exit 1; }
	$(BIN)/pytest $(ARGS)

# The first of these that is Python 3.11 or 3.12 and runs. A version manager's python3.12 may be a
# name without a Python behind it.
FIND_PYTHON = for python in $(PYTHON) python3 python3.11 python3.12; do \
  "$$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 13))' 2>/dev/null && break; \
  python=; done; \
  [ -n "$$python" ] || { echo "callserver needs Python 3.11 or 3.12; name one: make PYTHON=/path/to/python3.12" >&2; exit 1; }

$(READY): pyproject.toml requirements.txt
	@$(BIN)/python -c 'import sys, pip; sys.exit(not (3, 11) <= sys.version_info < (3, 13))' 2>/dev/null || { \
	  $(FIND_PYTHON); "$$python" -m venv --clear .venv || { \
	  echo "no virtual environment could be made. On Debian: apt-get install python3-venv" >&2; exit 1; }; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

$(CHECKED): $(READY) requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement requirements-dev.txt
	@touch $@
