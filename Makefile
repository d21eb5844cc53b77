# make run   fresh machine: environment, installation, the main job
# make test  lint, types, imports, and the tests: those of compiled code as plain Python too, which must run all of it
# make long  the tests that take minutes: branches and curves of bifurcations against all known values
# make coverage which lines of all packages the tests run, of compiled code excepted
# make trust every quantity against exact, published and independent values: prints the table, writes docs/trust.md
# make docs  the guide, docs/_build/html/index.html: runs its code, draws its figures, makes no warning
# make wheel a wheel, installed into an empty environment elsewhere, must run a sweep and a report there
# make bench benchmarks, written to benchmarks/RESULTS.md; for a quiet machine, some 30 minutes

PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin

.PHONY: run test long coverage trust docs lint format wheel bench clean

run: $(VENV)/installed
	$(BIN)/dmfsa sweep run cfgs/paper_zoom.yaml

test: $(VENV)/installed-dev lint
	NUMBA_DISABLE_JIT=1 $(BIN)/python -m pytest --numprocesses=auto --cov --cov-report=term-missing
	$(BIN)/python -m pytest --numprocesses=auto

long: $(VENV)/installed-dev
	$(BIN)/python -m pytest --numprocesses=auto -m long

coverage: $(VENV)/installed-dev
	$(BIN)/python -m pytest --numprocesses=auto --cov=dmfsa --cov=attractors --cov=sweeps --cov-branch \
	    --cov-config=/dev/null --cov-report=term-missing:skip-covered

trust: $(VENV)/installed-dev
	$(BIN)/python -m pytest tests/trust/test_trust.py --trust --quiet

docs: $(VENV)/installed-docs
	$(BIN)/python -m sphinx -W --keep-going --fresh-env docs docs/_build/html

lint: $(VENV)/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/installed-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

wheel: $(BIN)/python
	rm -rf build dist
	$(BIN)/python -m pip wheel --quiet --disable-pip-version-check --no-deps --wheel-dir dist .
	$(BIN)/python -m venv --clear dist/empty
	dist/empty/bin/python -m pip install --quiet --disable-pip-version-check dist/*.whl
	set -e; bin=$(CURDIR)/dist/empty/bin; elsewhere=$$(mktemp -d); trap 'rm -rf "$$elsewhere"' EXIT; cd "$$elsewhere"; \
	    "$$bin"/dmfsa --version; \
	    "$$bin"/dmfsa sweep run "$$bin"/../share/dmfsa/cfgs/paper_zoom.yaml --set sweep.beta.n=5 --out zoom; \
	    "$$bin"/dmfsa report zoom

bench: $(VENV)/installed-dev
	$(BIN)/python -m pip install --quiet --disable-pip-version-check pynamicalsys ntsa
	$(BIN)/python benchmarks/run.py

clean:
	rm -rf $(VENV) build dist docs/_build docs/generated *.egg-info .coverage .*_cache

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	    { echo "dmfsa needs Python 3.11 or newer; $(PYTHON) is older: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/installed: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/installed-docs: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[docs]'
	@touch $(VENV)/installed $@

$(VENV)/installed-dev: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $(VENV)/installed $(VENV)/installed-docs $@
