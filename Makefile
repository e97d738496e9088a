# Everything runs inside .venv, which each target sets up when it has to. Nothing outside this folder is written to.
#   make check    all claims on small instances, with a report in report/
#   make test     the tests, on two cores
#   make ci       what has to pass before a change lands
# Another interpreter: make PYTHON=/path/to/python3.12 check

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
BASE := $(VENV)/installed-base
DEV := $(VENV)/installed-dev
BENCH := $(VENV)/installed-bench
PINS := pyproject.toml constraints.txt

.PHONY: check test thorough lint format types contracts notebooks readme bench ci clean clean-venv help
.DELETE_ON_ERROR:

help:  ## say what the targets do
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' Makefile | expand -t 20

check: $(BASE)  ## check every claim on small instances and write report/
	$(BIN)/theorycheck report --out report

test: $(DEV)  ## run the tests on two cores
	$(BIN)/python -m pytest -n 2 --dist worksteal --durations=10

thorough: $(DEV)  ## run the tests that take longer, too
	$(BIN)/python -m pytest -n 2 -m "not readme"

lint: $(DEV)  ## ruff: rules and layout
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: $(DEV)  ## let ruff mend what it can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: $(DEV)  ## pyright
	$(BIN)/pyright

contracts: $(DEV)  ## which module may import which
	$(BIN)/lint-imports --no-logo

notebooks: $(DEV)  ## execute the notebooks
	$(BIN)/python -m pytest -o addopts= -n 2 --nbmake --nbmake-timeout=240 notebooks

readme: $(DEV)  ## run the commands of README.md and compare what they print
	$(BIN)/python -m pytest -m readme tests/test_readme.py

bench: $(BENCH)  ## benchmarks, as ratios measured in one run
	@$(BIN)/python -m benchmarks

ci: lint contracts types test readme notebooks  ## all of the above but bench

# --- the environment -------------------------------------------------------------------------------------------------
# A given PYTHON is taken as it is; without one, the first interpreter that is new enough. Each is asked, since a name
# on the path may be a shim for something that is not there.

ifeq ($(origin PYTHON),file)
CANDIDATES := $(PYTHON) python3.13 python3.12 python3.11 python
else
CANDIDATES := $(PYTHON)
endif
NEW_ENOUGH := import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))

define SETUP
@set -e; \
if ! $(BIN)/python -c "$(NEW_ENOUGH)" 2>/dev/null || ! $(BIN)/python -m pip --version >/dev/null 2>&1; then \
	found=; \
	for candidate in $(CANDIDATES); do \
		if "$$candidate" -c "$(NEW_ENOUGH)" >/dev/null 2>&1; then found="$$candidate"; break; fi; \
	done; \
	if [ -z "$$found" ]; then \
		echo "theorycheck needs Python 3.11 or newer with the venv module, and none of these is: $(CANDIDATES)." >&2; \
		echo "Install one and name it: make PYTHON=/path/to/python3.12 $(firstword $(MAKECMDGOALS))" >&2; \
		exit 1; \
	fi; \
	echo "==> setting up $(VENV) with $$("$$found" --version)"; \
	"$$found" -m venv --clear $(VENV); \
fi
endef

# PIP_CONSTRAINT, unlike -c, also binds what pip fetches to build the package itself.
define INSTALL
@echo "==> installing the pinned versions into $(VENV) (a few minutes the first time)"
@PIP_CONSTRAINT=constraints.txt PIP_DISABLE_PIP_VERSION_CHECK=1 $(BIN)/python -m pip install --progress-bar off
endef

$(BASE): $(PINS)
	$(SETUP)
	$(INSTALL) -e .
	@touch $(BASE)

$(DEV): $(PINS)
	$(SETUP)
	$(INSTALL) -e ".[dev]"
	@touch $(BASE) $(DEV)

$(BENCH): $(PINS)
	$(SETUP)
	$(INSTALL) -e ".[bench]"
	@touch $(BASE) $(BENCH)

clean:  ## remove reports and caches
	rm -rf report runs build dist .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find theorycheck tests benchmarks proofs -name __pycache__ -type d -prune -exec rm -rf {} +

clean-venv: clean  ## remove the environment as well
	rm -rf $(VENV)
