# Everything a newcomer, an editor of the code or the continuous build has to type.
# Recipes leave a stamp behind, so that nothing is done twice.

PYTHON ?= python3
BIN := .venv/bin
URL := http://127.0.0.1:6543/
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet
# A lock is complete, so nothing is resolved: docs/decisions/006.
LOCKED := $(PIP) --no-deps --require-hashes --requirement
NPM := npm ci --omit=optional --ignore-scripts --no-audit --no-fund --silent

.DEFAULT_GOAL := help
.PHONY: help run install develop services bench test check format docs pictures messages lock upgrade clean

help:  ## show this list
	@sed -n 's/^\([a-z]*\):.*## /\1 /p' $(MAKEFILE_LIST) | while read -r target text; do \
	  printf 'make %-10s %s\n' "$$target" "$$text"; done

run: install  ## serve development.ini on 127.0.0.1:6543
	@echo "huimages is at $(URL) (stop it with Ctrl-C)"
	@PYTHONWARNINGS="ignore:pkg_resources is deprecated" exec $(BIN)/pserve development.ini

install: .venv/run.stamp  ## make .venv, with what the program needs

develop: .venv/dev.stamp  ## the same, with what tests and checks need

.venv/run.stamp: requirements.lock setup.py
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "huimages needs Python 3.11 or newer: make PYTHON=python3.13 …"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(LOCKED) requirements.lock
	$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

.venv/dev.stamp: .venv/run.stamp requirements-dev.lock
	$(LOCKED) requirements-dev.lock
	@touch $@

# Servers that tests start.  Each has a folder in tests/support with what pins it;
# `weed`, the S3-compatible one, comes with requirements-dev.lock.
SERVICES := $(patsubst tests/support/%/package-lock.json,.services/%/stamp,\
  $(wildcard tests/support/*/package-lock.json))

services: $(SERVICES)  ## install the servers that tests start into .services

.services/%/stamp: tests/support/%/package.json tests/support/%/package-lock.json
	mkdir -p $(@D)
	cp $^ $(@D)
	cd $(@D) && $(NPM)
	@touch $@

# What `make bench` compares with; each from its own registry, into .services/bench.
# COUCHDB=http://admin:secret@127.0.0.1:5984/ has the pages timed with metadata there, too.
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

# Of Debian, with the libraries that are missing, unpacked beside the project; where there is no
# Debian the report says what it lacks.
.services/bench/debian/stamp:
	mkdir -p $(@D)/partial
	-cd $(@D) && apt-get install --download-only --yes --quiet --no-install-recommends \
	  -o Debug::NoLocking=1 -o Dir::Cache::archives=$(CURDIR)/$(@D) libnginx-mod-http-image-filter wrk && \
	  for package in *.deb; do dpkg -x $$package .; done
	@touch $@

bench: develop $(PEERS)  ## compare the speed with other servers, a quarter of an hour (QUICK=1: minutes)
	$(BIN)/python -m benchmarks.side_by_side $(if $(QUICK),--quick) $(ARGS)
	$(BIN)/python -m benchmarks.heaviest
	$(BIN)/python -m benchmarks.pages $(if $(QUICK),500 5000)
	$(if $(COUCHDB),$(BIN)/python -m benchmarks.pages --couchdb $(COUCHDB) $(if $(QUICK),500 5000))

test: develop services  ## run every test, and hold the coverage of branches at 95 %
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile --cov --cov-report=term $(ARGS)

check: develop  ## all that needs no server: format, lint, types, layers, links, docs
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python docs/check_links.py
	$(BIN)/python -m huimages_app.config.docs | diff docs/settings.md - || \
	  { echo "docs/settings.md is not current: make docs"; exit 1; }

format: develop  ## format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs: develop  ## write docs/settings.md from the table of settings
	$(BIN)/python -m huimages_app.config.docs > docs/settings.md

pictures: develop  ## take the pictures in the README anew
	$(BIN)/python -m tests.browser.readme_pictures

LOCALE := huimages_app/locale

messages: develop  ## bring the German catalogue up to date with the code and the templates
	$(BIN)/pot-create --domain huimages --keyword counted:1,2 --no-linenumbers --sort-output \
	  --output $(LOCALE)/huimages.pot huimages_app/web templates
	$(BIN)/pybabel update --domain huimages --input-file $(LOCALE)/huimages.pot --output-dir $(LOCALE) \
	  --no-fuzzy-matching --ignore-pot-creation-date --ignore-obsolete --update-header-comment
	$(BIN)/pybabel compile --domain huimages --directory $(LOCALE)

# One lock for all systems and all Pythons from 3.11: what differs carries a marker.
COMPILE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
  --custom-compile-command "make lock" $(UPGRADE) setup.py

lock: .venv/bin/uv  ## bring the lock files up to date with setup.py, changing as little as possible
	$(COMPILE) --extra fast --output-file requirements.lock
	$(COMPILE) --all-extras --constraints requirements.lock --output-file requirements-dev.lock

upgrade: UPGRADE = --upgrade
upgrade: lock  ## the same, with the newest versions of everything

# Not from requirements-dev.lock, so that a broken lock can be made anew.
.venv/bin/uv:
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(PIP) uv

clean:  ## remove what was installed and built; pictures in var stay
	rm -rf .venv .services build dist *.egg-info .coverage .coverage.* .mypy_cache .ruff_cache .pytest_cache
