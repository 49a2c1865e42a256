# Everything runs in .venv, which is made from uv.lock when it is missing or older than the lock.
PYTHON ?= python3
UV_VERSION := 0.13.9
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.synced
PEERS := .peers
CRISIS ?= ukraine-2022
OUT ?= brief/$(CRISIS)
ARGS ?=
# Without compiled files every process that a test starts would compile the house and its libraries anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help venv brief serve test browser slow check fix docs wheel bench peers fuzz golden pictures changelog lock clean

help: ## list the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

$(STAMP): uv.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "detente needs Python 3.11 or later; try: make PYTHON=python3.11 ..."; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@echo "installing the locked dependencies into $(VENV)"
	@VIRTUAL_ENV=$(CURDIR)/$(VENV) $(BIN)/uv sync --frozen --inexact --quiet --python $(BIN)/python
	@touch $@

venv: $(STAMP) ## make .venv from the lock

brief: $(STAMP) ## the product: the briefing on the reference crisis (CRISIS=..., ARGS="--draws 256")
	@$(BIN)/detente brief $(CRISIS) --out $(OUT) $(ARGS)

serve: $(STAMP) ## the workbench in the browser (ARGS="cuba-1962 --port 8080")
	@$(BIN)/detente serve $(ARGS)

test: $(STAMP) ## the tests that CI calls, those in a browser first (ARGS="tests/game -x": these alone)
	@$(if $(ARGS),,$(MAKE) --no-print-directory browser)
	@$(BIN)/python -m pytest -n auto --dist loadfile $(ARGS)

browser: $(STAMP) ## the workbench and the briefing in Debian's chromium (ARGS="-k slider")
	@$(BIN)/python -m pytest tests/web tests/brief/test_in_a_browser.py -p no:xdist -m "browser and not slow" $(ARGS)

slow: $(STAMP) ## all tests: the slow ones too, and property tests with many examples
	@$(BIN)/python -m pytest -n auto --dist loadfile -m "not network" --hypothesis-profile=thorough $(ARGS)

check: $(STAMP) ## lint, format, types, import contracts, docstrings
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/interrogate --quiet src

fix: $(STAMP) ## format and mend what can be mended by itself
	@$(BIN)/ruff check --fix-only .
	@$(BIN)/ruff format .

docs: $(STAMP) ## build the documentation, warnings are errors
	@$(BIN)/sphinx-build --fail-on-warning --keep-going -q -b html docs docs/_build/html
	@echo "docs/_build/html/index.html"

wheel: $(STAMP) ## build the wheel into dist/
	@$(BIN)/uv build --wheel --quiet --out-dir dist
	@ls dist/*.whl

bench: $(STAMP) ## timings, and a table of targets with ratios to peers (ARGS="-k test_game"; installs the peers)
	@$(MAKE) --no-print-directory peers || echo "the peers cannot be installed: ratios to them are left out"
	@mkdir -p .benchmarks
	@$(BIN)/python -m pytest benchmarks -p no:xdist --benchmark-only --benchmark-json=.benchmarks/last.json $(ARGS)
	@$(BIN)/python benchmarks/report.py .benchmarks/last.json

peers: $(PEERS)/.installed $(PEERS)/.workbenches ## install Gambit, OpenSpiel, EMA Workbench and Mesa into .peers, to be timed beside

$(PEERS)/.installed:
	@echo "installing Gambit and OpenSpiel into $(PEERS)"
	@test -x $(PEERS)/bin/python || $(PYTHON) -m venv $(PEERS)
	@$(PEERS)/bin/python -m pip install --quiet --disable-pip-version-check --pre --only-binary=:all: pygambit open_spiel
	@touch $@

$(PEERS)/.workbenches: | $(PEERS)/.installed
	@echo "installing EMA Workbench and Mesa into $(PEERS)"
	@$(PEERS)/bin/python -m pip install --quiet --disable-pip-version-check --only-binary=:all: ema_workbench mesa
	@touch $@

$(PEERS)/.streamlit: | $(PEERS)/.installed
	@echo "installing Streamlit into $(PEERS)"
	@$(PEERS)/bin/python -m pip install --quiet --disable-pip-version-check --only-binary=:all: streamlit
	@touch $@

fuzz: $(STAMP) ## try spoilt inputs (ARGS="events --seed 7 --count 300"; a category or `all`)
	@$(BIN)/python tools/fuzz $(or $(ARGS),all --count 20)

golden: $(STAMP) ## regenerate the golden files, to be reviewed as a diff
	@DETENTE_GOLDEN=write $(BIN)/python -m pytest tests/golden -q -p no:xdist -m "not network"

pictures: $(STAMP) ## redraw the README's pictures from this build (needs chromium)
	@$(BIN)/python tools/draw_pictures.py

changelog: $(STAMP) ## gather the fragments of changelog.d into CHANGELOG.md (VERSION=0.2.0)
	@test -n "$(VERSION)" || { echo "say which: make changelog VERSION=0.2.0"; exit 2; }
	@$(BIN)/towncrier build --yes --version $(VERSION)

lock: $(STAMP) ## resolve the dependencies anew
	@$(BIN)/uv lock --upgrade

clean: ## remove what was built
	rm -rf $(VENV) dist brief docs/_build docs/reference/generated .pytest_cache .mypy_cache .ruff_cache
