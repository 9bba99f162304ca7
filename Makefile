# make run: the whole system on this machine.  make test: everything that must hold.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help run test check bench clients fmt lock messages clean

help:  ## Show the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(VENV)/.run: requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: make PYTHON=python3.12 run"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing packages (once)…"
	@$(BIN)/python -m pip install -q --require-hashes -r requirements.lock
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.run
	@$(BIN)/python -m pip install -q --require-hashes -r requirements-dev.lock
	@touch $@

$(VENV)/.messages: $(wildcard config/locale/*/LC_MESSAGES/*.po) $(VENV)/.run
	@for po in $(wildcard config/locale/*/LC_MESSAGES/*.po); do $(BIN)/pybabel -q compile -f -i $$po -o $${po%.po}.mo; done
	@touch $@

run: $(VENV)/.run $(VENV)/.messages  ## Start everything and print the addresses
	@$(BIN)/python manage.py up

test: $(VENV)/.dev $(VENV)/.messages check  ## Check and test everything
	@$(BIN)/python -m pytest -q -n auto --dist loadfile -m "not slow and not browser and not chaos"
	@$(BIN)/python -m pytest -q --durations=15 -m "slow or browser or chaos"

check: $(VENV)/.dev  ## Style, types, import contracts
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/lint-imports
	@$(BIN)/mypy .

bench: $(VENV)/.dev $(VENV)/.messages  ## Print ratios measured on this machine
	@$(BIN)/python -m tests.bench

clients: $(VENV)/.dev  ## Generate clients of the API and compile them
	@SECRET_KEY=$${SECRET_KEY:-a-description-needs-no-secret-0123456789} $(BIN)/python -m tests.clients

fmt: $(VENV)/.dev  ## Format the code
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix-only .

messages: $(VENV)/.run  ## Collect the words to translate (needs gettext)
	@$(BIN)/python manage.py makemessages -l ru -e html,txt,py -i .venv -i .otklik -i tests -i staticfiles --no-location --no-obsolete --no-wrap

lock:  ## Pin dependencies anew
	@$(BIN)/python -m pip install -q uv
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header pyproject.toml -o requirements.lock
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --extra dev pyproject.toml -o requirements-dev.lock

clean:  ## Remove what the targets made (not the data)
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache
