# make demo   trains a small network on handwritten digits and writes pictures of what it learnt
# make test   format, lint, types, tests and doctests
# Both make everything they need in .venv, with uv when it is installed, else with venv and pip.

VENV := .venv
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
UV := $(shell command -v uv 2>/dev/null)

.PHONY: demo test clean

demo: $(VENV)/.installed-demo
	$(VENV)/bin/lurnet demo

test: $(VENV)/.installed-test
	scripts/check

# The stamp is newer than pyproject.toml once an extra is installed, so a second call is quick.
$(VENV)/.installed-%: pyproject.toml | $(VENV)/bin/python
ifdef UV
	uv pip install --quiet --python $(VENV)/bin/python -e '.[$*]'
else
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check -e '.[$*]'
endif
	@touch $@

$(VENV)/bin/python:
ifdef UV
	uv venv --quiet --python '>=3.11' $(VENV)
else ifneq ($(PYTHON),)
	$(PYTHON) -m venv $(VENV)
else
	$(error lurnet needs Python 3.11 or newer (or uv, which fetches one); none was found on PATH)
endif

clean:
	rm -rf $(VENV) build dist *.egg-info
