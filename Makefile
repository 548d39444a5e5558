# make lab      open the lessons             make test      run the tests, without the slow ones
# make refresh  run and store the lessons     make test-all  run every test, on the poor machine, too
# make bench    measure the speed             make slow      run the slow tests alone
# make poor     run the lessons without network, MNIST, threads, or a folder to write to
# make oldest   run the tests on the oldest versions admitted, which need Python 3.11
# make audit    ask whether a package that is installed has a known hole
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: lab test slow poor test-all bench refresh oldest audit

lab: $(VENV)/ready
	$(BIN)/jupyter lab --LabApp.app_settings_dir=.jupyter $(firstword $(sort $(wildcard notebooks/*.ipynb)))

test: $(VENV)/ready
	$(BIN)/python -m pytest

slow: $(VENV)/ready
	$(BIN)/python -m pytest -m slow --dist load tests

poor: $(VENV)/ready
	$(BIN)/python tools/poor_machine.py $(BIN)/python -m pytest -p no:cacheprovider notebooks

test-all: test slow poor

bench: $(VENV)/ready
	$(BIN)/python tools/bench.py

refresh: $(VENV)/ready
	$(BIN)/python tools/refresh.py

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
