# Everything a newcomer needs. Each target sets up what it uses; see README.md.
PYTHON := .venv/bin/python
READY := .venv/.ready
UV := $(shell command -v uv || echo .uv/bin/uv)

.PHONY: help demo test check pytest bench faults fuzz mutants docs up lock format clean

help:  ## show this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST)

demo: $(READY)  ## run the main job end to end, and prove it. STAY=1: and keep it, to look at the helpdesk
	@$(PYTHON) -m gateway demo $(if $(STAY),--stay)

test: check pytest  ## style, types, import directions and the whole test suite

check: $(READY)  ## style, types, import directions
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy
	.venv/bin/lint-imports --no-cache

pytest: $(READY)  ## the test suite only. N= processes, by default 3: on two cores one of them waits
	.venv/bin/pytest -n $(or $(N),3) --dist loadgroup

bench: $(READY)  ## measure; prints the table of docs/performance.md
	$(PYTHON) bench/intake.py

faults: $(READY)  ## every fault, again and again; writes docs/faults.md. TIMES= SECONDS= ONLY= SEED= RESUME=1
	TIMES=$(TIMES) SECONDS=$(SECONDS) ONLY="$(ONLY)" SEED=$(SEED) RESUME=$(RESUME) $(PYTHON) tests/faults/long_run.py
	SEEDED_BUGS=all .venv/bin/pytest -n 2 tests/faults/test_seeded_bugs.py
	SETS=all .venv/bin/pytest -n 2 tests/contract/delivery

fuzz: $(READY)  ## the core store's JSON API against its document, long. FUZZ_EXAMPLES= SEED=
	FUZZ_EXAMPLES=$(or $(FUZZ_EXAMPLES),300) SEED=$(SEED) .venv/bin/pytest -q tests/acceptance/test_kindkans_fuzz.py

mutants: $(READY)  ## each number of every alert, changed a little: a test must go red. make test does so with the cheap ones
	MUTANTS=all .venv/bin/pytest -n 2 tests/monitoring/test_alerts.py

docs: $(READY)  ## render the reference pages that follow from the code
	$(PYTHON) -m gateway.reference

up: $(READY)  ## run the gateway, with its data under ./data
	.venv/bin/kindkans-gateway up

COMPILE = $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
  --upgrade --custom-compile-command "make lock"

lock: $(READY)  ## resolve the dependencies anew: all, what runs (the image), what builds it
	$(COMPILE) --group pyproject.toml:dev pyproject.toml -o requirements.lock
	$(COMPILE) --constraint requirements.lock pyproject.toml -o requirements-runtime.lock
	$(COMPILE) --constraint requirements.lock --group pyproject.toml:build -o requirements-build.lock

format: $(READY)  ## put the sources in shape
	.venv/bin/ruff format .
	.venv/bin/ruff check --fix .

clean:  ## remove what was set up and what tools left; never ./data
	rm -rf .venv .uv build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(READY): bin/setup pyproject.toml requirements.lock
	@bin/setup
