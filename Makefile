# Two commands: `make study` reruns the study, `make test` checks the project.
# Other Python: make study PYTHON=python3.12.  More for Snakemake: make study ARGS="--configfile config/smoke.yaml"
PYTHON ?= python3
# Results in another folder: make study DIRECTORY=/path (not --directory in ARGS, which make does not see)
ARGS ?=
DIRECTORY ?= .
# It is quoted below, for it may hold blanks; a home that the shell has left to us is written out here.
ifneq (,$(filter ~/%,$(DIRECTORY)))
override DIRECTORY := $(DIRECTORY:~/%=$(HOME)/%)
endif
BIN := .venv/bin
SHELL := /bin/bash

# The lock that is installed for the study: envs/cpu.lock, or with LOCK=gpu TensorFlow with the CUDA libraries, with
# LOCK=cluster what submits jobs to a cluster, or with LOCK=boosting LightGBM and CatBoost (config/boosting.yaml).
LOCK ?= cpu

# The cell of the reference run that `make verify` runs again, and the folder of placed files.
CELL ?= segment/0.05
DATA_DIR ?= data

.PHONY: help help-all setup quick study audit trainings prune result report estimate bench scaling overhead plan default-method verify test lint unit checks workflow test-faults test-fuzz test-slurm test-xla test-slow gpu-export gpu-run gpu-estimate docs lock clean

help:
	@echo "make study     install into .venv, fetch the data, train, write results/report.html"
	@echo "make quick     the same for a small study, in quick/ (two minutes)"
	@echo "make estimate  say what make study will train, and how long it will take"
	@echo "make result    make one table or figure of a finished study again: make result NAME=rank_sums"
	@echo "make audit     run the study, and train what the authors' code does differently (an hour more)"
	@echo "make test      install into .venv, run all linters and tests"
	@echo "make help-all  list the other commands too"

help-all: help
	@echo "make setup   set up .venv from the lock"
	@echo "make trainings  list the trainings that are kept, and what each is wanted as"
	@echo "make prune   list those that nothing wants any more; make prune REMOVE=yes removes them"
	@echo "make bench   measure the trainer, the classifier and mini-batches beside Keras, scikit-learn, PyTorch and tf.data (minutes)"
	@echo "make scaling  measure what more folds, rows and features cost; draws results/scaling/cost.png (minutes)"
	@echo "make overhead  run the study in an empty folder, and tell how much of the time was spent outside of training steps"
	@echo "make plan    measure what Snakemake needs to plan a study of up to 5,000 cells (minutes)"
	@echo "make default-method  train the methods that could be the classifier's default at ratios down to 1 in 10,000 (minutes)"
	@echo "make verify  run a cell of results/reference again, and tell whether its scores agree (CELL=landsat/0.05)"
	@echo "make report  make results/report.html anew from a finished study"
	@echo "make lint | unit | workflow   one part of make test"
	@echo "make checks  scikit-learn's checks of the classifier by every method (minutes)"
	@echo "make test-faults  kill runs, fill disks, damage files; the same command again must mend all (minutes)"
	@echo "make test-fuzz  feed thousands of mutated settings, catalogues and data files; then new examples to all properties (minutes)"
	@echo "make test-slurm  run a study on a SLURM of one node, which it installs and starts (root; minutes)"
	@echo "make test-xla  have XLA compile every method, as on a GPU, and compare with TensorFlow's own kernels (minutes)"
	@echo "make test-slow  from end to end what the other tests cover in part, such as that other cores give the same bytes (minutes)"
	@echo "make gpu-export  write what is to be timed on a GPU: epochs as XLA compiles them, with inputs and results"
	@echo "make gpu-run  compile, check and time these by JAX, here on the CPU (minutes)"
	@echo "make gpu-estimate  estimate how long the study takes on a GPU, from what XLA says of these"
	@echo "make docs    set up, then build the documentation, docs/_build/html"
	@echo "make lock    resolve the dependencies anew (needs uv)"

# Bytecode is compiled here, whatever PYTHONDONTWRITEBYTECODE says: on all cores, which pip does not, and without the
# tests of the packages.
define install
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(None if (3, 11) <= v < (3, 14) else \
	    "Python %d.%d is not supported, 3.11 to 3.13 are: make PYTHON=python3.12" % v)'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --disable-pip-version-check --quiet --no-compile --require-hashes -r $(1)
	$(BIN)/python -m compileall -q -j 0 -x '/tests?/' .venv/lib remix
	touch $@
endef

.venv/study-ready: envs/$(LOCK).lock
	$(call install,envs/$(LOCK).lock)

.venv/test-ready: envs/dev.lock
	$(call install,envs/dev.lock)

setup: .venv/study-ready

STUDY = $(BIN)/python -m remix.study
SNAKEMAKE = $(BIN)/snakemake --directory "$(DIRECTORY)"

# The stylesheet's path is absolute: Snakemake looks for it, and writes the report, in DIRECTORY.
define make_report
	$(SNAKEMAKE) --report results/report.html --report-stylesheet "$(CURDIR)/workflow/report/report.css"
endef

# First the data alone, by which it can be said how long the trainings take.
define run
	$(SNAKEMAKE) --cores all --no-hooks $(1) -- data
	@$(STUDY) estimate --directory "$(DIRECTORY)" $(1)
	$(SNAKEMAKE) --cores all --no-hooks $(1)
	$(make_report) $(1)
	@$(STUDY) took --directory "$(DIRECTORY)"
endef

study: .venv/study-ready
	$(call run,$(ARGS))
	@cat "$(DIRECTORY)/results/summary.txt"
	@echo; echo "The report, for a browser: $(DIRECTORY)/results/report.html"

# The first of all overlays: the others may change what it says.
AUDIT_ARGS = $(if $(filter --configfile,$(ARGS)),$(ARGS:--configfile=--configfile config/audit.yaml),--configfile config/audit.yaml $(ARGS))

audit: .venv/study-ready
	$(call run,$(AUDIT_ARGS))
	@echo "The audit: $(DIRECTORY)/results/tables/audit.md; the report: $(DIRECTORY)/results/report.html"

# Which trainings are kept, and removing those that neither study nor sweep nor audit wants any more. They need to know
# the overlays that the study runs with: make prune CONFIG="more-methods.yaml"
CONFIG ?=
INVENTORY = $(STUDY) $(1) --directory "$(DIRECTORY)" $(if $(CONFIG),--configfile $(CONFIG))

trainings: .venv/study-ready
	@$(call INVENTORY,trainings)

prune: .venv/study-ready
	@$(call INVENTORY,prune) $(if $(REMOVE),--remove)

# A table or a figure, from the results that are there: make result NAME=rank_sums
result: .venv/study-ready
	@$(call INVENTORY,make $(NAME))

report: .venv/study-ready
	$(make_report) $(ARGS)
	@echo "The report, for a browser: $(DIRECTORY)/results/report.html"

# In a folder of its own.
quick:
	@$(MAKE) study DIRECTORY=quick ARGS="--configfile config/smoke.yaml $(ARGS)"

estimate: .venv/study-ready
	@$(STUDY) estimate --directory "$(DIRECTORY)" $(ARGS)

# Where pip finds no PyTorch for the CPU (envs/bench.in says what that is), all others are measured.
.venv-bench/ready: envs/bench.lock envs/cpu.lock
	test -x .venv-bench/bin/python || $(PYTHON) -m venv .venv-bench
	for lock in bench cpu; do .venv-bench/bin/python -m pip install --disable-pip-version-check --quiet --compile \
	    --require-hashes -r envs/$$lock.lock && break; test $$lock = bench; done
	.venv-bench/bin/python -m compileall -q remix
	touch $@

# On an idle machine. A quick look: make bench ARGS="--datasets statlog --runs 1 --epochs 2 --dry"
bench: .venv-bench/ready
	@PYTHONPATH=. .venv-bench/bin/python -m benchmarks.speed $(ARGS)
	@PYTHONPATH=. .venv-bench/bin/python -m benchmarks.library $(if $(findstring --dry,$(ARGS)),--small --runs 1 --dry)

scaling: .venv/study-ready
	@PYTHONPATH=. $(BIN)/python -m benchmarks.scaling $(ARGS)

# A quick look: make overhead ARGS="--configfile config/smoke.yaml --dry"
overhead: .venv/study-ready
	@PYTHONPATH=. $(BIN)/python -m benchmarks.overhead $(ARGS)

# What is carried to a machine with a GPU, and what is run there: python benchmarks/gpu/run.py gpu-export/*
gpu-export: .venv/study-ready
	@TF_CPP_MIN_LOG_LEVEL=3 PYTHONPATH=. $(BIN)/python -m benchmarks.gpu.export --folder gpu-export $(ARGS)

# JAX in an environment of its own: nothing else needs it.
.venv-jax/ready: envs/jax.lock
	test -x .venv-jax/bin/python || $(PYTHON) -m venv .venv-jax
	.venv-jax/bin/python -m pip install --disable-pip-version-check --quiet --compile --require-hashes -r $<
	touch $@

gpu-run: .venv-jax/ready
	@.venv-jax/bin/python benchmarks/gpu/run.py gpu-export/*

# Of another study: make gpu-estimate ARGS="--configfile config/full.yaml"
gpu-estimate: .venv/study-ready
	@TF_CPP_MIN_LOG_LEVEL=3 PYTHONPATH=. $(BIN)/python -m benchmarks.gpu.estimate --folder gpu-export $(ARGS)

# Beside another checkout: make plan ARGS="--cells 270 --against ../remix-before --dry"
plan: .venv/study-ready
	@PYTHONPATH=. $(BIN)/python -m benchmarks.plan $(ARGS)

# A quick look: make default-method ARGS="--data 'made up' --ratios 0.1 --seeds 1 --steps 500 --dry"
default-method: .venv/study-ready
	@PYTHONPATH=. $(BIN)/python -m benchmarks.default_method $(ARGS)

# In a folder of its own. Downloads are kept there; results are not, for the software may be another one by now.
verify: .venv/study-ready
	@rm -rf verify/results
	$(BIN)/snakemake --directory verify --cores all --no-hooks "results/verify/$(CELL).txt" \
	    --config on_missing=fail data_dir="$(abspath $(DATA_DIR))" sweep="{'tasks': []}" $(ARGS)
	@cat "verify/results/verify/$(CELL).txt"
	@head -n 1 "verify/results/verify/$(CELL).txt" | grep -q "^$(CELL) agrees"

# What has a target of its own.
APART = estimator_checks or slurm or fuzz or faults or xla or slow

# Unit tests and workflow tests in one, so that neither core waits for the other in between.
test: lint
	$(BIN)/python -m pytest -n 2 --dist worksteal -m "not ($(APART))"

lint: .venv/test-ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/snakefmt --check Snakefile workflow/Snakefile workflow/rules
	$(BIN)/snakemake --lint

unit: .venv/test-ready
	$(BIN)/python -m pytest -n 2 -m "not (workflow or online or $(APART))"

# The unit tests check one method, with small networks; here are all of them, as they are by default.
checks: .venv/test-ready
	$(BIN)/python -m pytest -n 2 -m estimator_checks tests/unit/test_classifier.py

# The unit tests have XLA compile one method; here it compiles all, deterministic as the study asks it to be.
test-xla: .venv/test-ready
	TF_DETERMINISTIC_OPS=1 $(BIN)/python -m pytest -n 2 tests/contract/test_xla.py

workflow: .venv/test-ready
	$(BIN)/python -m pytest -n 2 -m "(workflow or online) and not ($(APART))"

test-slow: .venv/test-ready
	$(BIN)/python -m pytest -n 2 -m slow

# One after the other: what is killed at a random moment of a run should not depend on what runs beside it.
test-faults: .venv/test-ready
	$(BIN)/python -m pytest -m faults tests/workflow

# Other inputs: make test-fuzz FUZZ_SEED=2 FUZZ_COUNT=10000. One that failed: FUZZ_SEED=1 FUZZ_ONLY=csv/64
test-fuzz: .venv/test-ready
	FUZZ_SEED=$(FUZZ_SEED) FUZZ_COUNT=$(FUZZ_COUNT) FUZZ_ONLY=$(FUZZ_ONLY) TF_CPP_MIN_LOG_LEVEL=3 \
	    $(BIN)/python -m pytest -m fuzz --show-capture=no tests/fuzz
	$(BIN)/python -m pytest -n 2 -m "not ($(APART))" --hypothesis-profile=new $$(grep -rl "@given" tests/unit)

# In an environment of its own: where SLURM's clients are and its controller is not, its plug-in delays every start.
.venv-cluster/ready: envs/dev.lock envs/cluster.lock
	test -x .venv-cluster/bin/python || $(PYTHON) -m venv .venv-cluster
	.venv-cluster/bin/python -m pip install --disable-pip-version-check --quiet --compile --require-hashes \
	    -r envs/dev.lock -r envs/cluster.lock
	.venv-cluster/bin/python -m compileall -q remix
	touch $@

test-slurm: .venv-cluster/ready
	.venv-cluster/bin/python -m pytest tests/workflow/test_slurm.py tests/workflow/test_profiles.py

# The tutorial's picture is drawn by the tutorial's own code.
docs/_build/tutorial/reliability.png: docs/tutorial.md docs/run_page.py .venv/test-ready
	TF_CPP_MIN_LOG_LEVEL=3 PYTHONPATH=. $(BIN)/python docs/run_page.py docs/tutorial.md $(@D)

docs: .venv/test-ready docs/_build/tutorial/reliability.png
	@rm -rf docs/api
	TF_CPP_MIN_LOG_LEVEL=3 PYTHONPATH=. $(BIN)/python docs/check_docstrings.py
	TF_CPP_MIN_LOG_LEVEL=3 $(BIN)/sphinx-build -W --keep-going -n -q docs docs/_build/html
	@echo "The documentation, for a browser: docs/_build/html/index.html"

lock:
	uv pip compile pyproject.toml --extra workflow --universal --python-version 3.11 --generate-hashes \
	    --no-header --no-annotate --upgrade -o envs/cpu.lock
	uv pip compile pyproject.toml --extra workflow --extra dev --extra docs --universal --python-version 3.11 \
	    --generate-hashes --no-header --no-annotate -c envs/cpu.lock -o envs/dev.lock
	uv pip compile pyproject.toml --extra workflow --extra gpu --universal --python-version 3.11 \
	    --generate-hashes --no-header --no-annotate -c envs/cpu.lock -o envs/gpu.lock
	uv pip compile pyproject.toml --extra workflow --extra cluster --universal --python-version 3.11 \
	    --generate-hashes --no-header --no-annotate -c envs/cpu.lock -o envs/cluster.lock
	uv pip compile pyproject.toml envs/boosting.in --extra workflow --universal --python-version 3.11 \
	    --generate-hashes --no-header --no-annotate -c envs/cpu.lock -o envs/boosting.lock
	uv pip compile envs/jax.in --universal --python-version 3.11 \
	    --generate-hashes --no-header --no-annotate -o envs/jax.lock
	# Needs UV_FIND_LINKS, or an index, with PyTorch's build for the CPU.
	uv pip compile pyproject.toml envs/bench.in --extra workflow --universal --python-version 3.11 \
	    --generate-hashes --no-header --no-annotate -c envs/cpu.lock -o envs/bench.lock

clean:
	rm -rf .venv .venv-bench .venv-cluster .venv-jax gpu-export quick verify docs/_build docs/api .snakemake resources logs
	find results -mindepth 1 -maxdepth 1 ! -name reference -exec rm -rf {} +
