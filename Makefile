# Everything happens in .venv and .venvs inside the checkout. A machine needs Python >= 3.10 with venv, and make;
# uv is used where it is installed. `make PYTHON=/path/to/python …` chooses the interpreter.

SHELL := /bin/sh
VENV := .venv
BIN := $(VENV)/bin

# Any Python that runs can look for the best one; a name on PATH may be a shim that does not run.
ANY_PYTHON = $(shell for name in python3 python python3.13 python3.12 python3.11 python3.10 python3.14; do \
	$$name -c '' 2>/dev/null && { echo $$name; break; }; done)
PYTHON ?= $(if $(ANY_PYTHON),$(shell $(ANY_PYTHON) tools/find_python.py))

NEED_PYTHON = @test -n "$(PYTHON)" || { echo 'lineage-kit needs Python 3.10 or newer' >&2; exit 1; }

UV := $(shell command -v uv 2>/dev/null)
ifdef UV
MAKE_VENV = rm -rf $(VENV) && $(UV) venv --quiet --python "$(PYTHON)" $(VENV)
INSTALL = $(UV) pip install --quiet --python $(BIN)/python
else
# pip knows dependency groups since 25.1.
MAKE_VENV = rm -rf $(VENV) && "$(PYTHON)" -m venv $(VENV) && $(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1'
INSTALL = $(BIN)/python -m pip install --quiet
endif

.DEFAULT_GOAL := help
.PHONY: help demo test test-long test-pins test-parsers test-providers lint clean

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' Makefile | expand -t 18

demo: $(VENV)/.demo ## run the example DAGs under a real scheduler and print their lineage
	$(BIN)/lineage-kit demo

test: $(VENV)/.development ## run the test suite on the newest Airflow
	$(BIN)/python -m pytest -m 'not long'

test-long: $(VENV)/.development ## run everything, also on all versions that Amazon MWAA pins
	$(BIN)/python -m pytest
	$(BIN)/python tools/test_pins.py --all
	$(BIN)/python tools/test_providers.py --all
	$(BIN)/python tools/test_providers.py --pins

test-pins: ## run the suite on two versions that Amazon MWAA pins
	$(NEED_PYTHON)
	"$(PYTHON)" tools/test_pins.py

test-parsers: ## run the SQL engine's tests on the oldest and the newest parser, compiled too
	$(NEED_PYTHON)
	"$(PYTHON)" tools/test_parsers.py

test-providers: ## run the tests on operators of other providers, in an environment that has them
	$(NEED_PYTHON)
	"$(PYTHON)" tools/test_providers.py

lint: $(VENV)/.development ## check style, formatting and types
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

clean: ## remove the environments and what the tools left
	rm -rf $(VENV) .venvs build dist .pytest_cache .ruff_cache .mypy_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The stamps are newer than pyproject.toml once the environment has what it lists.
$(VENV)/.made:
	$(NEED_PYTHON)
	$(MAKE_VENV)
	@touch $@

$(VENV)/.demo: $(VENV)/.made pyproject.toml
	$(INSTALL) --editable '.[demo]'
	@touch $@

$(VENV)/.development: $(VENV)/.made pyproject.toml
	$(INSTALL) --editable '.[demo]' --group test --group lint
	@touch $@
