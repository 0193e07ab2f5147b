#!/bin/bash
# Builds each planted defect of the runtime (CMake option SPARGIO_MUTANT) and runs the tests that must notice it.
#
#   tests/mutants.sh [NUMBER...]     default: every line of tests/mutants.txt, which says which test kills which
#
# Prints "killed" or "SURVIVED" for each; exit code 0 when all were killed, 1 when one survived, 2 when one could not
# be built, or when sources and table disagree. Takes minutes, so it is not part of `make test`.
#
#   MUTANT_BUILD=      folder of the one build that all share; default build/mutants
#   MUTANT_ROUNDS=     how often the tests run before a mutant counts as survived; default 3
#   MUTANT_LIMIT=      seconds after which a run counts as hung; default 90
#   JOBS=              compilers at a time; default: as many as there are CPUs
set -euo pipefail
cd "$(dirname "$0")/.."

build=${MUTANT_BUILD:-build/mutants}
rounds=${MUTANT_ROUNDS:-3}
limit=${MUTANT_LIMIT:-90}
table=tests/mutants.txt

in_table() { sed -nE 's/^([0-9]+)[[:space:]].*/\1/p' "$table" | sort -n; }
in_sources() { grep -rhoE 'SPARGIO_MUTANT (==|!=) [0-9]+' runtime | grep -oE '[0-9]+$' | sort -nu; }
if ! disagreement=$(diff <(in_table) <(in_sources)); then
    echo "$table (<) and the sources of the runtime (>) name different mutants:" >&2
    echo "$disagreement" >&2
    exit 2
fi

mutants=("$@")
if [ ${#mutants[@]} -eq 0 ]; then mapfile -t mutants < <(in_table); fi

# What the name of a defect is: the comment beside it.
describe() {
    grep -rhA3 -E "SPARGIO_MUTANT (==|!=) $1\\b" runtime | grep -oE 'mutant: .*' | head -n 1 || true
}

# One build for all, configured anew for each: with ccache only what a defect changes is compiled again.
arguments=(-DSPARGIO_BENCH=OFF)
if command -v ccache >/dev/null; then
    export CCACHE_BASEDIR=$PWD CCACHE_NOHASHDIR=1
    arguments+=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
fi
mkdir -p "$build"
log=$build/log.txt

# Ends with 0 when the program has failed or hung in one of the rounds: a lost wake-up looks so.
killed() {
    local program=$1 filter=$2 round
    if [[ $(basename "$program") == model_* ]]; then
        timeout "$limit" "$program" --mutant "$filter" >>"$log" 2>&1
        return
    fi
    if ! "$program" --gtest_filter="$filter" --gtest_list_tests | grep -q '^ '; then
        echo "no test of $(basename "$program") matches $filter" >&2
        exit 2
    fi
    for ((round = 1; round <= rounds; ++round)); do
        timeout -k 5 "$limit" "$program" --gtest_filter="$filter" --gtest_fail_fast >>"$log" 2>&1 || return 0
    done
    return 1
}

survivors=0
for mutant in "${mutants[@]}"; do
    read -r _ target filter < <(grep -E "^$mutant[[:space:]]" "$table") || {
        echo "mutant $mutant: no line in $table" >&2
        exit 2
    }
    if ! { cmake --preset release -B "$build" "${arguments[@]}" -DSPARGIO_MUTANT="$mutant" &&
        cmake --build "$build" -j "${JOBS:-$(nproc)}" --target "$target"; } >"$log" 2>&1; then
        echo "mutant $mutant: does not build, see $log" >&2
        exit 2
    fi
    program=$(find "$build/tests" -type f -name "$target")
    if killed "$program" "$filter"; then
        echo "mutant $mutant killed by $target $filter ($(describe "$mutant"))"
    else
        echo "mutant $mutant SURVIVED $target $filter ($(describe "$mutant"))"
        survivors=1
    fi
done
exit $survivors
