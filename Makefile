# The verbs of the project. Python 3.11+ and make are all that must be there before.
PYTHON ?= python3
PY := .venv/bin/python
STAMP := .venv/requirements.lock
# One BLAS thread: two on small blocks are slower and change nothing but the clock.
export OPENBLAS_NUM_THREADS = 1

.PHONY: demo test serve check bench lock
.DEFAULT_GOAL := help

.PHONY: help
help:
	@echo "make demo   a made-up district, three programs, three matched comparisons"
	@echo "make test   the whole suite, on SQLite and on a real PostgreSQL"
	@echo "make serve  web and one worker on this machine"
	@echo "make check  style, types, layers, migrations, OpenAPI, deployment checks"
	@echo "make bench  benchmarks, as ratios side by side"

# The environment is made anew only when the lock changes.
$(STAMP): requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed; say which: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -m venv --clear .venv || \
	  { echo "This Python has no venv: on Debian, apt install python3-venv"; exit 1; }
	@echo "Installing into .venv what requirements.lock names (once; a minute or so)"
	@if command -v uv >/dev/null 2>&1; then \
	  VIRTUAL_ENV=.venv uv pip install --quiet --require-hashes -r requirements.lock; \
	else \
	  $(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock; \
	fi
	@cp requirements.lock $(STAMP)

demo: $(STAMP)
	@$(PY) manage.py demo $(if $(N),--students $(N)) $(if $(SEED),--seed $(SEED))

test: $(STAMP)
	$(PY) -m pytest -n 2 $(ARGS)
	$(PY) -m pytest -n 2 --postgres $(ARGS)

serve: $(STAMP)
	@$(PY) manage.py serve

check: $(STAMP)
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	$(PY) -c 'import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))'
	$(PY) manage.py makemigrations --check --dry-run
	$(PY) manage.py spectacular --fail-on-warn --format openapi-json --file var/openapi.json
	cmp var/openapi.json api/openapi.json
	DEBUG=0 SECRET_KEY=$$($(PY) -c 'import secrets; print(secrets.token_urlsafe(64))') ALLOWED_HOSTS=example.org \
	  $(PY) manage.py check --deploy --fail-level WARNING

bench: $(STAMP)
	$(PY) -m benchmarks

# Made with uv; carries hashes and names no host.
lock:
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-annotate --no-header -q pyproject.toml --extra postgres --extra scale --group dev -o requirements.lock
