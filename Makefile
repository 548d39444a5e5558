# make lab    open the lessons          make test     run every test
# make bench  measure the speed         make refresh  run the lessons and store their outputs
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: lab test bench refresh

lab: $(VENV)/ready
	$(BIN)/jupyter lab --LabApp.app_settings_dir=.jupyter $(firstword $(wildcard notebooks/*.ipynb))

test: $(VENV)/ready
	$(BIN)/python -m pytest

bench: $(VENV)/ready
	for part in tests/bench*.py; do $(BIN)/python $$part || exit 1; done

refresh: $(VENV)/ready
	$(BIN)/python tests/refresh.py

# made when missing, and again when what it is made from has changed
$(VENV)/ready: requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and \
	"Python 3.11 or newer is needed; this is " + sys.version.split()[0] + \
	". Name another one: make PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --upgrade -r requirements.txt
	touch $@
