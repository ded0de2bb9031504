# careerpath: every task, one word each. `make help` lists them.
# Works with GNU make (3.81 and newer) and any POSIX sh.

PYTHON ?= python3
PORT ?=
# `:=`, so that a HOST that some shells export is not taken for an address; `make app HOST=...` wins.
HOST :=
TESTS ?= tests careerpath notebooks
PYTEST_ARGS ?=
BENCH_ARGS ?=

VENV := .venv
PY := $(VENV)/bin/python
BENCH := build/bench
# The lower bounds in pyproject.toml of what a copied kernel is made of; a test checks this.
OLDEST := ipykernel==7.0 jupyter-client==8.8
# In the order of the folders: the slow files (browser, deploy, server) first, so that none is left at the end.
RUN_TESTS = $(PY) -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder
# Strips outputs, counts, and the Python that a notebook was last saved with; the commit hook does the same.
STRIP := $(PY) -m nbstripout --keep-id --extra-keys metadata.language_info.version
# This one keeps its outputs, so that it can be read without running it; tests compare them.
KEPT := notebooks/thresholds.ipynb
FRONTEND_BUILD := careerpath/serving/templates/careerpath/static careerpath/ui/html_view.js
ROOT_FLAG := $(if $(filter 0,$(shell id -u)),--allow-root)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help app lab test test-unit test-server test-browser test-oldest test-spark check format screenshots bench hooks lock audit clean

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' Makefile

app: $(VENV)/.app ## set up, serve the workbook and print its address (PORT=, HOST=)
	@$(VENV)/bin/careerpath serve $(if $(HOST),--host $(HOST)) $(if $(PORT),--port $(PORT))

lab: $(VENV)/.lab ## open the notebooks in JupyterLab: prints its address (PORT=)
	@$(PY) -m jupyterlab --no-browser --ip=127.0.0.1 $(if $(PORT),--port=$(PORT)) $(ROOT_FLAG) notebooks

# One run for everything: tests, the examples in docstrings, and the notebooks. --nbval-lax fails a cell
# that raises an error, and compares the outputs of the cells that are tagged nbval-check-output.
# A process for each core, each with files of its own: most of a test is waiting for a server.
test: $(VENV)/.test ## set up, find or install a browser, run all tests (TESTS=, PYTEST_ARGS=)
	@tools/ensure_proxies.sh && tools/ensure_postgres.sh && browser=$$(tools/ensure_browser.sh) && \
	CAREERPATH_BROWSER="$$browser" $(RUN_TESTS) --nbval-lax --nbval-current-env $(TESTS) $(PYTEST_ARGS)

test-unit: $(VENV)/.test ## run the quick tests, without a server and without a browser
	@$(RUN_TESTS) tests/unit careerpath $(PYTEST_ARGS)

test-server: $(VENV)/.test ## run the tests with real servers, databases and proxies
	@tools/ensure_proxies.sh && tools/ensure_postgres.sh && $(RUN_TESTS) tests/server tests/deploy $(PYTEST_ARGS)

test-browser: $(VENV)/.test ## run the tests with a real browser, and the notebooks
	@browser=$$(tools/ensure_browser.sh) && CAREERPATH_BROWSER="$$browser" \
	$(RUN_TESTS) --nbval-lax --nbval-current-env tests/browser notebooks $(PYTEST_ARGS)

# The older releases lie in front of the newer ones. ipykernel 7.0 needs nest-asyncio, which later ones do not.
test-oldest: $(VENV)/.test ## test copies of pages with the oldest Jupyter kernel that is supported
	@PIP_DISABLE_PIP_VERSION_CHECK=1 $(PY) -m pip install --quiet --no-deps --upgrade --target build/oldest \
	  $(OLDEST) nest-asyncio==1.6.0
	@PYTHONPATH="$(CURDIR)/build/oldest" $(PY) -m pytest $(PYTEST_ARGS) \
	  tests/unit/serving/forking/test_template.py \
	  tests/server/test_copies.py::test_each_page_has_a_template_process_that_all_its_visitors_come_from

# Apart, because Spark is a download of 430 MB, and needs Java.
test-spark: $(VENV)/.spark ## set up Spark, find or install Java, test tallies on a cluster of this machine
	@java=$$(tools/ensure_java.sh) && JAVA_HOME="$$java" $(PY) -m pytest tests/spark $(PYTEST_ARGS)

check: $(VENV)/.dev ## format, lint, types, imports, stripped notebooks, front end; changes no source
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m mypy
	$(VENV)/bin/lint-imports
	$(STRIP) --verify $(filter-out $(KEPT),$(wildcard notebooks/*.ipynb))
	$(STRIP) --keep-count --verify $(KEPT)
	@tools/check_frontend.sh $(FRONTEND_BUILD)

format: $(VENV)/.dev ## format code and notebooks
	$(PY) -m ruff format .
	$(PY) -m ruff check --fix .
	$(STRIP) $(filter-out $(KEPT),$(wildcard notebooks/*.ipynb))
	$(STRIP) --keep-count $(KEPT)

screenshots: $(VENV)/.test ## remake the README's screenshots
	@browser=$$(tools/ensure_browser.sh) && CAREERPATH_BROWSER="$$browser" $(PY) tools/screenshots.py

bench: $(VENV)/.test $(BENCH)/.made ## measure the page and the same sliders in other frameworks (BENCH_ARGS=)
	@browser=$$(tools/ensure_browser.sh) && CAREERPATH_BROWSER="$$browser" $(PY) benchmarks/page.py $(BENCH_ARGS)

hooks: $(VENV)/.dev ## format, lint and strip every commit (pre-commit)
	$(PY) -m pre_commit install

lock: ## remake constraints.txt from the newest releases
	@PYTHON='$(PYTHON)' tools/lock.sh

audit: ## look for known weaknesses in the pinned releases (needs a network)
	@PYTHON='$(PYTHON)' tools/audit.sh

clean: ## remove the environment and everything built
	rm -rf $(VENV) build dist frontend/node_modules .mypy_cache .pytest_cache .ruff_cache .hypothesis test-results

# A comma that does not end an argument of $(call).
comma := ,

# The environment. Each stamp is one set of extras; it is remade when what it came from changes.
SOURCES := $(VENV)/.made pyproject.toml constraints.txt careerpath/__init__.py

$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "careerpath needs Python 3.11 or newer, and '$(PYTHON)' is not. Name one that is: make PYTHON=python3.12 ..." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' || { \
	  echo "'$(PYTHON)' cannot make environments. On Debian and Ubuntu: sudo apt-get install python3-venv" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

# PIP_CONSTRAINT pins what gets installed and, for older pips, what builds it; newer pips read the
# pins for building from PIP_BUILD_CONSTRAINT. $(1) are the extras; $(2) the stamps of smaller sets.
define install
@echo "Installing careerpath$(1) into $(VENV) (the first time takes a minute or two) ..."
@PIP_CONSTRAINT=constraints.txt PIP_BUILD_CONSTRAINT=constraints.txt PIP_DISABLE_PIP_VERSION_CHECK=1 \
  $(PY) -m pip install --quiet --editable '.$(1)'
@touch $@ $(addprefix $(VENV)/,$(2))
endef

$(VENV)/.app: $(SOURCES)
	$(call install)

$(VENV)/.lab: $(SOURCES)
	$(call install,[lab])

$(VENV)/.test: $(SOURCES)
	$(call install,[test],.app .lab)

$(VENV)/.spark: $(SOURCES)
	$(call install,[test$(comma)spark])

$(VENV)/.dev: $(SOURCES)
	$(call install,[dev],.app .lab .test)

# The other frameworks of the benchmarks: their pins and ours conflict in one environment.
$(BENCH)/.made: benchmarks/requirements.txt $(VENV)/.made
	@echo "Installing the benchmarks' peers into $(BENCH) (the first time takes a minute or two) ..."
	@$(PYTHON) -m venv --clear $(BENCH)
	@PIP_DISABLE_PIP_VERSION_CHECK=1 $(BENCH)/bin/python -m pip install --quiet --requirement $<
	@touch $@
