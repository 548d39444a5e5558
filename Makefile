# make lab      open your copies of the lessons
# make progress show which exercises you have solved
# make reset LESSON=05   make your copy of a lesson new, and keep the old one beside it
#
# make test     run the tests, without the slow ones
# make test-all run `make test`, `make slow` and `make poor`
# make slow     run the slow tests alone
# make poor     run the lessons offline, without MNIST, on one thread, in a read-only folder
# make oldest   run the tests on the oldest versions that we support, with Python 3.11
# make refresh  run and store the lessons
# make site     build the site in build/site, which `make slow` then tests, too
# make bench    measure the speed
# make teaching fill the generated parts of the teaching pages
# make handout  write the lessons without their solutions; HINTS=no leaves out the hints, too
# make slides   export the lessons as slides that need no network
# make wheelhouse   download every package once, for a class
# make audit    ask whether a package that is installed has a known vulnerability
#
# TORCH=cpu, with any of them, installs PyTorch without what only a GPU needs
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
CPU_BUILDS ?= https://download.pytorch.org/whl/cpu
export PIP_USER := no
$(if $(filter-out cpu,$(TORCH)),$(error TORCH can be cpu, or be left out))
$(if $(filter-out no,$(HINTS)),$(error HINTS can be no, or be left out))

.PHONY: lab progress reset test slow poor test-all bench refresh teaching handout slides site \
	oldest wheelhouse audit

lab: $(VENV)/ready
	$(BIN)/python -m helpers lab

progress: $(VENV)/ready
	$(BIN)/python -m helpers progress

reset: $(VENV)/ready
	$(if $(LESSON),,$(error Name the lesson by its number: make reset LESSON=05))
	$(BIN)/python -m helpers reset $(LESSON)

test: $(VENV)/ready-for-tests
	$(BIN)/python -m pytest

slow: $(VENV)/ready-for-tests
	$(BIN)/python -m pytest -m slow --no-loadscope-reorder tests

poor: $(VENV)/ready-for-tests
	$(BIN)/python tools/poor_machine.py $(BIN)/python -m pytest -p no:cacheprovider notebooks

test-all: test slow poor

bench: $(VENV)/ready
	$(BIN)/python tools/bench.py

refresh: $(VENV)/ready-for-tests
	$(BIN)/python tools/refresh.py

teaching: $(VENV)/ready
	$(BIN)/python -m tools.teaching

handout: $(VENV)/ready
	$(BIN)/python -m tools.handout $(if $(filter no,$(HINTS)),--no-hints)

slides: $(VENV)/ready
	$(BIN)/python -m tools.slides

site: $(VENV)/ready-for-site
	$(BIN)/python tools/build_site.py

oldest:
	PIP_CONSTRAINT=tests/oldest.txt $(MAKE) test VENV=.venv-oldest

# flit_core is what pip builds this project with. Not `pip download`: it would pack .venv, too
wheelhouse: $(VENV)/ready
	$(if $(filter cpu,$(TORCH)),$(BIN)/python -m pip wheel torch torchvision --wheel-dir $@ --index-url $(CPU_BUILDS))
	$(BIN)/python -m pip wheel -r requirements.txt flit_core --wheel-dir $@ --find-links $@

audit: $(VENV)/ready-for-tests
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
	$(if $(filter cpu,$(TORCH)),$(BIN)/python -m pip install --quiet torch torchvision --index-url $(CPU_BUILDS))
	$(BIN)/python -m pip install --quiet -r requirements.txt
	touch $@

$(VENV)/ready-for-tests: $(VENV)/ready requirements-dev.txt
	$(BIN)/python -m pip install --quiet -r requirements-dev.txt
	touch $@

$(VENV)/ready-for-site: $(VENV)/ready requirements-site.txt
	$(BIN)/python -m pip install --quiet -r requirements-site.txt
	touch $@
