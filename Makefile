# The commands of the project. Each installs what it lacks (.ci/packages.txt; .ci/packages-tests.txt for the tests),
# builds, and does its job.
#
#   V=1           show every compiler command
#   WERROR=ON     warnings are errors
#   JOINED=OFF    every source is compiled by itself (cmake/joined_units.cmake)
#   BENCH_ARGS=   more arguments for the benchmark run, as in BENCH_ARGS="--blocks 20"
#   BENCH_OUT=    folder for the result and its report; default: a new one under results/local/
#   FAIRNESS_ARGS=   more arguments for the comparison, as in FAIRNESS_ARGS="--only asio"
#   SELFTEST_ARGS=   more arguments for the selftest of the gate, as in SELFTEST_ARGS="--quick"
#   SELFTEST_OUT=    folder for its figures; default results/local/selftest
#   CONFORMANCE=whole   `make check` takes every combination of knobs through clang and the sanitizers, too
#   SOAK_SECONDS=    how long `make soak` takes; default 60
#   MUTANTS=         numbers of the mutants to try; default: all
#   PYTEST_ARGS=, CTEST_ARGS=   more arguments for the tests, as in CTEST_ARGS="-R histogram"
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
# One goal after the other, also with -j or MAKEFLAGS=-j: a measurement beside tests would measure the tests. What a goal
# builds is built with JOBS.
.NOTPARALLEL:
.PHONY: help bootstrap build bench bench-full test check mutants soak selftest fairness format tidy clean \
        clang-warnings build-bench build-release build-release-clang build-debug build-asan build-tsan

V ?= 0
WERROR ?= OFF
JOINED ?= ON
JOBS ?= $(shell nproc)
SOAK_SECONDS ?= 60
SELFTEST_OUT ?= results/local/selftest
CONFORMANCE ?= thin
export BENCH_ARGS BENCH_OUT PYTEST_ARGS CTEST_ARGS

help: ## print this
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' Makefile
	@sed -n -e '/^#   /s/^#/ /p' Makefile

bootstrap: ## install the Debian packages that are missing, for measuring and for the tests
	@.ci/bootstrap

build: build-release ## compile everything as the headline figures are compiled: g++, -O2

build-release build-release-clang build-debug build-asan build-tsan: build-%: bootstrap
	@cmake --preset $* -DSPARGIO_WERROR=$(WERROR) -DSPARGIO_JOINED=$(JOINED) $(whole) --log-level=WARNING
	@cmake --build --preset $* -j $(JOBS) $(if $(filter-out 0,$(V)),--verbose)

# What measuring needs and nothing else. A folder that has the tests keeps them, or the next `make test` would begin anew.
whole := -DSPARGIO_TESTS=ON -DSPARGIO_EXAMPLES=ON -DSPARGIO_GBENCH=ON
only_measuring = $(if $(wildcard build/release/build.ninja),,$(subst =ON,=OFF,$(whole)))
build-bench:
	@.ci/bootstrap --measuring
	@cmake --preset release -DSPARGIO_WERROR=$(WERROR) $(only_measuring) --log-level=WARNING
	@cmake --build --preset release -j $(JOBS) $(if $(filter-out 0,$(V)),--verbose) --target spargio-bench

bench: build-bench ## measure the quick matrix, judge it, write the report and its figures (5 minutes)
	@.ci/bench build/release

bench-full: build-bench ## measure every case, also long and large ones; as bench otherwise (half an hour)
	@.ci/bench build/release full

# Thin: what of some kinds of tests is left to `make check` (tests/README.md, docs/decisions/0043).
test: export SPARGIO_TESTS ?= thin
test: export SPARGIO_CONFORMANCE ?= thin
test: build-release ## run every test (12 minutes once all is built)
	@.ci/test build/release all

# The models do not see which compiler or sanitizer built the runtime, so they run once, in the first. The other
# compiler gets a tenth of the stress, the sanitizers 3 % (tests/stress/CMakeLists.txt), and these three a third of the
# conformance tests (docs/decisions/0032). The other compiler sees each source by itself.
check: export SPARGIO_CONFORMANCE = $(CONFORMANCE)
check: ## everything a release needs: both compilers with -Werror, both sanitizers, hygiene, form (25 minutes once all is built)
	@SPARGIO_CONFORMANCE=whole SPARGIO_TESTS=whole $(MAKE) test WERROR=ON
	@$(MAKE) build-release-clang WERROR=ON JOINED=OFF
	@SPARGIO_STRESS=0.1 CTEST_ARGS="$(CTEST_ARGS) -LE model" .ci/test build/release-clang cpp
	@$(MAKE) build-asan
	@CTEST_ARGS="$(CTEST_ARGS) -LE model" .ci/test build/asan cpp
	@$(MAKE) build-tsan
	@CTEST_ARGS="$(CTEST_ARGS) -LE model" .ci/test build/tsan cpp
	@.ci/format --check

mutants: bootstrap ## plant each known defect into the runtime and see a test kill it (20 minutes)
	@"$$(.ci/find-python json)" tests/mutants/run.py --jobs $(JOBS) $(MUTANTS)

soak: bootstrap ## everything at once on one runtime for SOAK_SECONDS, then look whether the books balance
	@cmake --preset release $(whole) --log-level=WARNING
	@cmake --build --preset release -j $(JOBS) --target soak
	@build/release/tests/soak/soak $(SOAK_SECONDS)

selftest: build-bench ## prove the gate: its error rates on replays, live and on spoilt files (10 to 15 minutes; SELFTEST_ARGS=--quick: 4)
	@analysis/spargio-report selftest --bench build/release/harness/spargio-bench -o $(SELFTEST_OUT) $(SELFTEST_ARGS)

fairness: build-release ## hold each rival against a straight-line program on the same library; into build/fairness.json
	@cmake --build --preset release --target straight_programs
	@"$$(.ci/find-python json)" tests/fairness/compare.py build/release --json build/fairness.json $(FAIRNESS_ARGS)

format: ## rewrite the C++ files in the project's form (clang-format)
	@.ci/format

clang-warnings: bootstrap ## let clang read every source, with -Werror; it makes no code
	@cmake --preset release-clang -B build/clang-warnings -DSPARGIO_WERROR=ON -DSPARGIO_JOINED=OFF $(whole) --log-level=WARNING
	@cmake --build build/clang-warnings --target spargio_revision
	@.ci/clang-warnings build/clang-warnings

tidy: JOINED = OFF
tidy: build-release-clang ## look for defects with clang-tidy
	@git ls-files '*.cpp' ':!tests/models' | xargs -P $(JOBS) -n 4 clang-tidy-19 -p build/release-clang --quiet

clean: ## remove every build
	rm -rf build
