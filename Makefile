# make demo   trains a small network on handwritten digits and writes pictures of what it learnt
# make test   format, lint, types, tests and doctests
# make coverage  the same, and prints which share of each folder's statements the tests execute
# make bench  times a few small networks beside PyTorch and Keras (installed into .venv-peers: large)
# make tour   walks one training step from `fit` to C: places, lines, times
# make reproduce  runs the studies of examples/, hours on two cores; ARGS=--quick: minutes. A study that is
#             stopped goes on where it was; LIMIT=8h stops each program after that time
# They make everything they need in .venv, with uv when it is installed, else with venv and pip.

VENV := .venv
PEERS := .venv-peers
BENCH := --work mlp64 cnn32 predict_cnn32 --rounds 3 --peers keras-tf keras-jax torch
MNIST := from lurnet.datasets.source import locate; print(locate("mnist.npz").parent)
PEER_PACKAGES := torch==2.13.0 keras==3.15.1 tensorflow==2.21.0 jax==0.10.2
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
# Python compiles what a program imports, when it does: a tenth of what pip would compile.
PIP := --quiet --disable-pip-version-check --no-compile
UV := $(shell command -v uv 2>/dev/null)

STUDIES := weight_decay convnet denoising vanishing_gradients mc_dropout early_stopping fashion
LIMIT := 8h
ARGS :=

.PHONY: demo test coverage bench tour reproduce clean

demo: $(VENV)/.installed-demo
	$(VENV)/bin/lurnet demo

test: $(VENV)/.installed-test
	scripts/check

coverage: $(VENV)/.installed-test
	scripts/check --coverage

bench: $(VENV)/.installed-demo $(PEERS)/.installed
	LURNET_DATA="$$($(VENV)/bin/python -c '$(MNIST)')" \
		$(VENV)/bin/python benchmarks/compare.py $(BENCH) --peers-python $(PEERS)/bin/python

tour: $(VENV)/.installed-demo
	$(VENV)/bin/python scripts/tour

reproduce: $(VENV)/.installed-demo
	set -e; for name in $(STUDIES); do \
		timeout $(LIMIT) $(VENV)/bin/python examples/$$name.py $(ARGS); done

# The stamp is newer than pyproject.toml once an extra is installed, so a second call is quick.
$(VENV)/.installed-%: pyproject.toml | $(VENV)/bin/python
	@echo "== set-up: installing lurnet and what '$*' needs into $(VENV), a minute or so"
ifdef UV
	uv pip install --quiet --python $(VENV)/bin/python -e '.[$*]'
else
	$(VENV)/bin/python -m pip install $(PIP) -e '.[$*]'
endif
	@echo "== set-up: done"
	@touch $@

$(VENV)/bin/python:
	@echo "== set-up: making $(VENV)"
ifdef UV
	uv venv --quiet --python '>=3.11' $(VENV)
else ifneq ($(PYTHON),)
	$(PYTHON) -m venv $(VENV)
else
	$(error lurnet needs Python 3.11 or newer (or uv, which fetches one); none was found on PATH)
endif

$(PEERS)/.installed: | $(VENV)/bin/python
ifdef UV
	uv venv --quiet --allow-existing --python $(VENV)/bin/python $(PEERS)
	uv pip install --quiet --python $(PEERS)/bin/python $(PEER_PACKAGES)
else
	$(VENV)/bin/python -m venv $(PEERS)
	$(PEERS)/bin/python -m pip install $(PIP) $(PEER_PACKAGES)
endif
	@touch $@

clean:
	rm -rf $(VENV) $(PEERS) build dist *.egg-info
