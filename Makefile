# Two commands do everything on a machine with Python 3.11 or newer:  make demo   make test
# Each sets up .venv by itself from the locked, hashed requirements.

PYTHON ?= python3
VENV := .venv
DEMO := interlock-demo
BIN := $(VENV)/bin
RUN := $(VENV)/run.stamp
DEV := $(VENV)/dev.stamp

.PHONY: demo test check bench readme lock clean

demo: $(RUN)  ## the main job: example plant in, findings and a computed impact out
	@$(BIN)/interlock demo $(DEMO)

test: check  ## everything that must hold

check: $(DEV)  ## the one word for people and CI: style, types, layers, ontology, tests with branch coverage
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/interlock ontology fmt --check
	$(BIN)/interlock ontology check
	$(BIN)/pytest -n 2 --dist loadgroup --cov --cov-report=term:skip-covered

bench: $(DEV)  ## our figures, the reference's in the same run, and the ratio
	$(BIN)/interlock bench

readme: $(DEV)  ## write the generated tables into the README
	$(BIN)/python tests/docs/readme_tables.py

lock: $(DEV)  ## renew the locks from pyproject.toml
	$(BIN)/uv pip compile -q pyproject.toml --group build --universal --generate-hashes --no-annotate -o requirements/run.lock
	$(BIN)/uv pip compile -q pyproject.toml --group dev --all-extras --universal --generate-hashes --no-annotate -o requirements/dev.lock

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "interlock: $(PYTHON) is %d.%d, Python 3.11 or newer is needed: make PYTHON=python3.11 ..." % sys.version_info[:2])'
	$(PYTHON) -m venv $(VENV)

$(RUN): $(VENV)/bin/python requirements/run.lock pyproject.toml
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/run.lock
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(DEV): $(VENV)/bin/python requirements/dev.lock pyproject.toml
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/dev.lock
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@ $(RUN)

clean:
	rm -rf $(VENV) $(DEMO) build dist
