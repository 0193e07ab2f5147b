"""P13: what the kernel refuses, interrupts or lacks is invisible but for latency and counters.

The test programs of the runtime run once more, unchanged, while io_uring_enter(2) fails for a third of the calls, and
on each tier of kernel features. Every test must pass as it does without the fault.
"""
import os
import shutil
import subprocess
from dataclasses import replace

import pytest
from programs import Program, listed, run

# P12 counts system calls and CPU time, which a fault is free to change.
NOT_IDLE = "-*P12*"
PROGRAMS = (
    Program("runtime_task_tests"),
    Program("runtime_shard_tests", NOT_IDLE),
    Program("runtime_message_tests"),
    Program("runtime_placement_tests"),
    Program("runtime_sync_tests"),
    Program("runtime_operation_tests"),
    Program("runtime_stream_tests"),
    Program("runtime_file_tests"),
    Program("runtime_net_tests"),
    Program("runtime_stress_tests", "traffic/*there_and_back_gap_300*:traffic/*room_for_one_gap_20_*:"
            "foreign/*joins_each_task*four_shards", "stress", 0.02),
)
TRACED = (
    Program("runtime_task_tests"),
    Program("runtime_shard_tests", NOT_IDLE),
    Program("runtime_operation_tests"),
    Program("runtime_stream_tests"),
    Program("runtime_message_tests", "R19.*:with/P1.direct_*/1"),
    Program("runtime_file_tests", "R40.*"),
    Program("runtime_stress_tests", "traffic/*there_and_back_gap_300_spin_0:traffic/*room_for_one_gap_20_spin_0:"
            "foreign/*joins_each_task*four_shards", "stress", 0.001),
)
TIERS = (
    "no_defer",
    "no_single_issuer",
    "no_coop_taskrun",
    "no_msg_ring",
    "no_send_msg_ring",
    "no_multishot",
    "no_buffer_ring",
    "no_registered_buffers",
    "no_registered_files",
    "no_prompt_release",
    "no_bundles",
    "tiny_rings",
    "no_defer,no_single_issuer,no_coop_taskrun,no_msg_ring,no_send_msg_ring,no_multishot,no_buffer_ring",
    "no_defer,no_single_issuer,no_coop_taskrun,no_msg_ring,no_send_msg_ring,no_multishot,no_buffer_ring,tiny_rings",
)
# What a thin run takes of the above (tests/README.md): the two tiers that lack nearly everything whole, and of the others
# the programs whose subject is what is lacking; EINTR whole, and of the other errors the programs that enter most.
THIN = {
    "no_defer": "shard stress",
    "no_single_issuer": "shard",
    "no_coop_taskrun": "shard",
    "no_msg_ring": "message stress",
    "no_send_msg_ring": "message",
    "no_multishot": "stream net",
    "no_buffer_ring": "stream",
    "no_registered_buffers": "file",
    "no_registered_files": "file",
    "no_prompt_release": "file",
    "no_bundles": "stream",
    "tiny_rings": "operation message",
    "EAGAIN": "operation message stress",
    "EBUSY": "operation message stress",
}
# Of the file tests those of trees and paths, which make neither buffers nor files known to the ring, take most of the time.
THIN_FILTERS = {"runtime_file_tests": "-R41.*tree*:R41.path_helpers*"}
IS_THIN = os.environ.get("SPARGIO_TESTS") == "thin"


def pairs(programs, faults):
    """Each program under each fault, but for what a thin run leaves out."""
    names = {fault: {f"runtime_{word}_tests" for word in words.split()} for fault, words in THIN.items()}
    chosen = []
    for fault in faults:
        for program in programs:
            if IS_THIN and fault in names:
                if program.name not in names[fault]:
                    continue
                program = replace(program, filter=THIN_FILTERS.get(program.name, program.filter))
            chosen.append(pytest.param(program, fault, id=f"{program.name}-{fault}"))
    return chosen


def test_P13_a_thin_run_knows_every_fault_and_names_programs_that_are_there():
    assert THIN.keys() | {"EINTR"} == {tier for tier in TIERS if "," not in tier} | {"EINTR", "EAGAIN", "EBUSY"}
    for fault, words in THIN.items():
        there = {each.name for each in (PROGRAMS if fault in TIERS else TRACED)}
        assert {f"runtime_{word}_tests" for word in words.split()} <= there, fault


def check(program, outcome):
    assert not outcome.failed, f"{program.name}: {sorted(outcome.failed)}\n{outcome.output}"
    assert outcome.exit_code == 0, f"{program.name} ended with {outcome.exit_code}\n{outcome.output}"
    missing = listed(program) - outcome.passed - outcome.skipped
    assert not missing, f"{program.name} did not run {sorted(missing)}"
    assert outcome.passed, f"{program.name} ran nothing"


@pytest.mark.parametrize(("program", "tier"), pairs(PROGRAMS, TIERS))
def test_P13_every_tier_of_kernel_features_passes_the_same_tests(program, tier, tmp_path):
    check(program, run(program, tmp_path, tier=tier))


@pytest.mark.parametrize("tier", ["no_fs_ops", "no_fs_ops,tiny_rings"])
def test_R41_a_kernel_without_requests_on_paths_gives_the_same_results_through_the_pool(tier, tmp_path):
    program = Program("runtime_file_tests")
    check(program, run(program, tmp_path, tier=tier))


@pytest.fixture(scope="session")
def strace(tmp_path_factory):
    """The command, or a reason to skip: containers often forbid ptrace(2)."""
    found = shutil.which("strace")
    if found is None:
        pytest.skip("strace is not installed")
    log = tmp_path_factory.mktemp("strace") / "probe"
    tried = subprocess.run([found, "-f", "-o", str(log), "true"], stderr=subprocess.PIPE, text=True, check=False)
    if tried.returncode != 0:
        pytest.skip(f"strace may not trace here: {tried.stderr.strip()[:200]}")
    return found


@pytest.mark.parametrize(("program", "error"), pairs(TRACED, ("EINTR", "EAGAIN", "EBUSY")))
def test_P13_a_third_of_all_entries_into_the_kernel_may_fail(program, error, strace, tmp_path):
    log = tmp_path / "strace.log"
    under = (strace, "-f", "-qq", "-o", str(log), "-e", "trace=io_uring_enter", "-e",
             f"inject=io_uring_enter:error={error}:when=2+3", "--")
    check(program, run(program, tmp_path, under=under))
    assert "(INJECTED)" in log.read_text(errors="replace"), "nothing was injected"
