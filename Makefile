# Two commands do everything on a fresh machine with Python 3.11 and make: `make demo` and `make test`.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/$(if $(filter Windows_NT,$(OS)),Scripts,bin)
READY := $(VENV)/.ready
# The processor build of PyTorch is a tenth of the default Linux build, which brings CUDA along. It is taken where pip can
# find it; docs/how-to/install.md says how to point pip at it (TORCH_INDEX) elsewhere.
TORCH ?= 2.13.0
TORCH_INDEX ?=
TORCH_FROM := $(if $(TORCH_INDEX),--extra-index-url $(TORCH_INDEX))

# Where it is set, every command would compile the whole program again, and the suite starts hundreds of them.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test quick coverage vectors check audit docs docs-sources setup lock locked wheelhouse spark format bench bench-short hard clean

setup: $(READY)

$(READY): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet $(TORCH_FROM) "torch==$(TORCH)+cpu" 2>/dev/null \
		|| $(BIN)/python -m pip install --quiet "torch==$(TORCH)"
	$(BIN)/python -m pip install --quiet --editable ".[dev]"
	touch $(READY)

# The versions that this environment has, with the hashes of their files for all systems; no addresses. PyTorch is not among
# them: its builds for processors only are other files than those of the package index.
LOCK := requirements-dev.txt
lock: $(READY)
	$(BIN)/python -m pip install --quiet --editable ".[lock]"
	$(BIN)/python -m pip freeze --exclude-editable --exclude torch > $(VENV)/installed.txt
	$(BIN)/uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes --constraint $(VENV)/installed.txt \
		--no-annotate --no-header --no-emit-index-url --no-emit-find-links --no-emit-package torch --upgrade --quiet --output-file $(LOCK)

# The environment with just these versions; a file with another hash is refused.
locked:
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet $(TORCH_FROM) "torch==$(TORCH)+cpu" 2>/dev/null \
		|| $(BIN)/python -m pip install --quiet "torch==$(TORCH)"
	$(BIN)/python -m pip install --quiet --no-deps --require-hashes --requirement $(LOCK)
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch $(READY)

# The program and all that it needs, as files to install from on a machine without a network.
wheelhouse: $(READY)
	$(BIN)/python -m pip wheel --quiet --wheel-dir wheelhouse $(TORCH_FROM) "torch==$(TORCH)+cpu" . 2>/dev/null \
		|| $(BIN)/python -m pip wheel --quiet --wheel-dir wheelhouse "torch==$(TORCH)" .

# PySpark is half a gigabyte and needs Java, spaCy is a fifth of one: they come apart from the rest; without them their tests
# are skipped.
spark: $(READY)
	$(BIN)/python -m pip install --quiet --editable ".[spark-assign,spark-connect,names]"

demo: $(READY)
	@if [ -e demo/needsseg.db ]; then \
		echo "demo/ holds the sample study already; delete the folder to walk it again."; \
		$(BIN)/needsseg --study demo/needsseg.db status; \
		if [ -t 1 ]; then $(BIN)/needsseg --study demo/needsseg.db app; fi; \
	else \
		$(BIN)/needsseg demo --dir demo; \
	fi

test: $(READY)
	$(BIN)/python -m pytest -n 2 --dist worksteal --durations 20

# The rooms and the study alone: no app, no command line, no engine but DuckDB, nothing that takes long.
QUICK := accounts coding discovery embedding exchange playbook segments study survey transcripts validation \
	test_files.py test_operating_system.py test_progress.py test_settings.py test_tables.py test_text.py
quick: $(READY)
	$(BIN)/python -m pytest -n 2 --dist worksteal --hypothesis-profile quick -m "not slow and not model" \
		-k "not polars and not spark and not postgres" \
		$(addprefix tests/,$(QUICK))

# How much of the rooms and the study the quick tests reach, by folder; COVERED chooses their folders.
COVERED ?= coding discovery study transcripts
coverage: $(READY)
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest -q --hypothesis-profile quick -m "not slow and not model" $(addprefix tests/,$(COVERED))
	@for folder in $(COVERED); do \
		echo "$$folder: $$($(BIN)/coverage report --format=total --include="needsseg/$$folder/*")%"; \
	done

# Embeds the texts of tests that have no recorded vector yet, and adds them to tests/data/vectors.npz.
vectors: $(READY)
	$(BIN)/python -m pytest -n 2 --record-vectors

check: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m benchmarks.structure

# Known weak points of what is installed; says so and passes where no advisory database can be reached.
audit: $(READY)
	$(BIN)/python -m benchmarks.audit

# The documentation's site, in site/; a link or an anchor that leads nowhere ends it.
docs: $(READY)
	$(BIN)/python -m pip install --quiet --editable ".[docs]"
	$(BIN)/zensical build --clean --strict
	rm -f site/*.py

# What the documentation shows of the program: reference, outputs of examples, pictures. Run it when the program's words change.
docs-sources: $(READY)
	$(BIN)/python docs/make_reference.py
	$(BIN)/python docs/make_examples.py
	$(BIN)/python docs/make_python_examples.py
	$(BIN)/python docs/make_pictures.py

format: $(READY)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# What people wait for, beside what they would use instead; BERTopic is compared with where `.[bench]` is installed.
bench: $(READY)
	$(BIN)/python -m benchmarks.side_by_side --write

# The quick part of it, compared with the ratios in benchmarks/side_by_side/ratios.json.
bench-short: $(READY)
	$(BIN)/python -m benchmarks.side_by_side --short

# Kills, full disks, several people at once, long undoing, mutated files; within an hour. `make test` does a few rounds of each.
hard: $(READY)
	$(BIN)/python -m benchmarks.hard --write

clean:
	rm -rf $(VENV) demo dist build site
