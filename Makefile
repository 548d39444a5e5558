# make lab    open the lessons          make test     run every test
# make bench  measure the speed         make refresh  run the lessons and store their outputs
# make oldest run every test on the oldest versions admitted, which need Python 3.11
# make audit  ask whether a package that is installed has a known hole
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: lab test bench refresh oldest audit

lab: $(VENV)/ready
	$(BIN)/jupyter lab --LabApp.app_settings_dir=.jupyter $(firstword $(sort $(wildcard notebooks/*.ipynb)))

test: $(VENV)/ready
	$(BIN)/python -m pytest

bench: $(VENV)/ready
	for part in tests/bench*.py; do $(BIN)/python $$part || exit 1; done

refresh: $(VENV)/ready
	$(BIN)/python tests/refresh.py

oldest:
	PIP_CONSTRAINT=tests/oldest.txt $(MAKE) test VENV=.venv-oldest

audit: $(VENV)/ready
	$(PYTHON) -m venv $(VENV)/audit
	$(VENV)/audit/bin/python -m pip install --quiet pip-audit
	$(BIN)/python -m pip freeze --exclude-editable | sed "s/+.*//" > $(VENV)/audit/installed.txt
	$(VENV)/audit/bin/pip-audit --strict --no-deps --disable-pip -r $(VENV)/audit/installed.txt

# made when missing, and again when what it is made from has changed
$(VENV)/ready: requirements.txt pyproject.toml $(PIP_CONSTRAINT)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and \
	"Python 3.11 or newer is needed; this is " + sys.version.split()[0] + \
	". Name another one: make PYTHON=python3.12")'
	@$(BIN)/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	|| rm -f $(BIN)/python*  # links to an older Python, or to one that is gone, would stay
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --upgrade -r requirements.txt
	touch $@
