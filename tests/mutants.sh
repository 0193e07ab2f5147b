#!/bin/bash
# Builds each planted defect of the runtime (CMake option SPARGIO_MUTANT) and runs the tests of its part until one fails.
#
#   tests/mutants.sh [NUMBER...]     default: every number that the sources of the runtime name
#
# Prints "killed" or "survived" for each; exit code 0 when all were killed, 1 when one survived, 2 when one could not
# be built. Takes minutes, so it is not part of `make test`; the models kill the same defects there.
#
#   MUTANT_BUILD=      folder for the builds; default build/mutants
#   MUTANT_ROUNDS=     how often the tests run before a mutant counts as survived; default 3
#   SPARGIO_STRESS=    how much each run does, 1 being the usual amount
set -euo pipefail
cd "$(dirname "$0")/.."

builds=${MUTANT_BUILD:-build/mutants}
rounds=${MUTANT_ROUNDS:-3}
mutants=("$@")
if [ ${#mutants[@]} -eq 0 ]; then
    mapfile -t mutants < <(grep -rhoE 'SPARGIO_MUTANT == [0-9]+' runtime | grep -oE '[0-9]+$' | sort -nu)
fi

# The test program that must fail, and which of its tests: those of the part that has the defect.
program_of() {
    case $1 in
    3[0-4]) echo runtime_time_tests ;;
    4[0-3]) echo runtime_sync_tests ;;
    4[4-6]) echo runtime_group_tests ;;
    5[0-6]) echo runtime_placement_tests ;;
    *) echo runtime_stress_tests ;;
    esac
}
tests_of() {
    case $1 in
    3[0-4]) echo '^R34|^R35|^P10|^P12|with_spin_us' ;;
    4[0-6]) echo 'R3[678]' ;;
    5[0-6]) echo '^R(8|9|10|11|12|13|15)\.' ;;
    *) echo 'stress|stealing|P1_mail|^P16' ;;
    esac
}

# What the name of a defect is: the comment beside it.
describe() {
    grep -rhA1 "SPARGIO_MUTANT == $1\$" runtime | grep -oE 'mutant: .*' | head -n 1
}

# Ends with 0 when a test has failed or hung. A test that hangs is killed after its limit: a lost wake-up looks so.
killed() {
    local log=$1
    local round
    for ((round = 1; round <= rounds; ++round)); do
        ctest --test-dir "$2" -R "$3" --timeout 90 --stop-on-failure >"$log" 2>&1 || return 0
    done
    return 1
}

survivors=0
for mutant in "${mutants[@]}"; do
    folder=$builds/$mutant
    mkdir -p "$folder"
    if ! { cmake --preset release -B "$folder" -DSPARGIO_BENCH=OFF -DSPARGIO_MUTANT="$mutant" &&
        cmake --build "$folder" --target "$(program_of "$mutant")"; } >"$folder/build.log" 2>&1; then
        echo "mutant $mutant: does not build, see $folder/build.log" >&2
        exit 2
    fi
    if killed "$folder/stress.log" "$folder" "$(tests_of "$mutant")"; then
        echo "mutant $mutant killed by $(grep -oE '[0-9]+ - .*\((Failed|Timeout|SEGFAULT|.*xception.*)\)' \
            "$folder/stress.log" | head -n 1 || true) $(describe "$mutant")"
    else
        echo "mutant $mutant SURVIVED $rounds rounds $(describe "$mutant")"
        survivors=1
    fi
done
exit $survivors
