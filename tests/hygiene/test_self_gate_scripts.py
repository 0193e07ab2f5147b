"""A base build stays whole and leaves nothing behind; CI's own gates are red for what is proven, and for nothing else."""
import os
import shutil
import subprocess
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]

# Configures and builds what a real one does, as far as anybody looks at it: the program, its peer, and their objects.
CMAKE = """echo "$@" >> "$LOG"
case $1 in
-S) [ -f "$2/source.txt" ] || exit 9; mkdir -p "$6/harness" "$6/workloads"; cp "$2/source.txt" "$6/" ;;
--build) eval "${BUILD:-true}" || exit; cd "$2"
    printf '#!/bin/sh\\ncat "%s/workloads/spargio-echo-peer" "%s/source.txt"\\n' "$PWD" "$PWD" > harness/spargio-bench
    chmod +x harness/spargio-bench; echo peer > workloads/spargio-echo-peer; echo > harness/main.o; echo > lib.a ;;
esac
"""


def feign(path: Path, script: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/bash\n" + script)
    path.chmod(0o755)


def run(root: Path, *command: str, **more: str) -> subprocess.CompletedProcess:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "SPARGIO_"))}
    kept |= {"PATH": f"{root}/tools:{kept['PATH']}", "LOG": str(root / "log"),
             "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull} | more
    return subprocess.run(command, cwd=root, env=kept, capture_output=True, text=True)


@pytest.fixture
def repository(tmp_path):
    """Two commits, whose source says which it is, and a feigned cmake."""
    shutil.copytree(PROJECT / ".ci", tmp_path / ".ci")
    feign(tmp_path / "tools/cmake", CMAKE)
    git = ("git", "-c", "user.name=x", "-c", "user.email=x@example.org")
    assert run(tmp_path, "git", "init", "-q").returncode == 0
    for text in ("first", "second"):
        (tmp_path / "source.txt").write_text(text + "\n")
        run(tmp_path, "git", "add", "source.txt")
        assert run(tmp_path, *git, "commit", "-q", "-m", text).returncode == 0
    return tmp_path


def build(repository: Path, *revision: str, **more: str) -> subprocess.CompletedProcess:
    return run(repository, "bash", ".ci/base-build", *revision, **more)


def work_trees(repository: Path) -> int:
    return len(run(repository, "git", "worktree", "list").stdout.splitlines())


def test_M12_a_base_build_is_of_its_revision_and_finds_what_was_built_with_it(repository):
    done = build(repository, "HEAD~1")
    assert done.returncode == 0, done.stderr
    assert run(repository, done.stdout.strip()).stdout == "peer\nfirst\n"
    assert work_trees(repository) == 1 and not list(repository.glob("build/base/*/source"))
    assert not [path for path in (repository / "build/base").rglob("*") if path.suffix in (".o", ".a")]


def test_M12_a_base_is_built_once(repository):
    first = build(repository, "HEAD~1")
    commands = (repository / "log").read_text()
    again = build(repository, "HEAD~1")
    assert again.stdout == first.stdout and (repository / "log").read_text() == commands
    other = build(repository, "HEAD")
    assert run(repository, other.stdout.strip()).stdout == "peer\nsecond\n"


@pytest.mark.parametrize("revision", [(), ("HEAD~7",), ("nonsense",), ("HEAD", "HEAD~1")])
def test_P22_a_base_of_no_revision_is_a_usage_error(repository, revision):
    done = build(repository, *revision)
    assert done.returncode == 2 and done.stdout == "" and not (repository / "log").exists()
    assert "revision" in done.stderr


@pytest.mark.parametrize("script", ["echo 'error: no such type'; false", "kill -TERM $PPID; false"])
def test_M12_a_base_that_does_not_build_leaves_nothing_and_is_tried_again(repository, script):
    done = build(repository, "HEAD~1", BUILD=script)
    assert done.returncode not in (0, 2) and done.stdout == ""
    if "error" in script:
        assert done.returncode == 70 and "no such type" in done.stderr and "does not build" in done.stderr
    assert work_trees(repository) == 1 and not [path for path in (repository / "build/base").iterdir() if path.is_dir()]
    assert build(repository, "HEAD~1").returncode == 0


def test_M12_a_full_disk_is_told_from_a_build_that_fails(repository):
    feign(repository / "tools/df", "printf 'Filesystem 1024-blocks Used Available\\n/dev/x 100000 99000 1000\\n'\n")
    done = build(repository, "HEAD~1", BUILD="false")
    assert done.returncode == 70 and "disk is full (0 MB are free)" in done.stderr
    feign(repository / "tools/df", "printf 'Filesystem 1024-blocks Used Available\\n/dev/x 9000000 99000 8000000\\n'\n")
    assert "disk is full" not in build(repository, "HEAD~1", BUILD="false").stderr


@pytest.fixture
def house(tmp_path):
    """The gates of CI with a feigned harness, report and base."""
    shutil.copytree(PROJECT / ".ci", tmp_path / ".ci")
    feign(tmp_path / ".ci/find-python", "command -v python3\n")
    feign(tmp_path / ".ci/base-build", 'echo "$1" >> asked; [ -z "$NO_BASE" ] || exit 1\necho "$PWD/base"\n')
    feign(tmp_path / "base", '[ "$1" = version ] && exit ${BASE_CODE:-0}\n')
    feign(tmp_path / "analysis/spargio-report", 'echo "$@" >> asked\ncase $2 in\n*rivals.json) exit ${RIVALS:-0} ;;\n'
                                                '*self.json) exit ${SELF:-0} ;;\nesac\n')
    feign(tmp_path / "build/harness/spargio-bench", """echo "$@" >> asked
while [ $# -gt 1 ]; do shift; done
echo "{\\"environment\\": {\\"perf_counters\\": ${COUNTERS:-true}}}" > "$1"
exit ${BENCH_CODE:-0}
""")
    return tmp_path


def gate(house: Path, **more: str) -> int:
    return run(house, "bash", ".ci/gate", "build", "out", **more).returncode


@pytest.mark.parametrize("gates", ["RIVALS", "SELF"])
@pytest.mark.parametrize(("code", "wanted"), [(0, 0), (1, 1), (2, 2), (3, 0), (4, 4), (5, 0), (130, 130)])
def test_M12_only_a_confirmed_FAIL_and_a_broken_measurement_make_CI_red(house, gates, code, wanted):
    assert gate(house, **{gates: str(code)}) == wanted


def test_M12_CI_holds_a_change_against_its_parent_where_instructions_are_counted(house):
    assert gate(house) == 0
    asked = (house / "asked").read_text()
    assert f"--baseline {house}/base" in asked and "HEAD~1" in asked and "guardrails-self.toml" in asked


@pytest.mark.parametrize("lack", [{"COUNTERS": "false"}, {"COUNTERS": "null"}, {"NO_BASE": "1"}, {"BASE_CODE": "2"}])
def test_M12_without_counters_or_a_parent_CI_has_its_rival_gates_only(house, lack):
    assert gate(house, **lack) == 0 and gate(house, RIVALS="1", **lack) == 1
    asked = (house / "asked").read_text()
    assert ".ci/guardrails.toml" in asked and "guardrails-self.toml" not in asked


@pytest.mark.parametrize("lost", [">/dev/full", ">&-"])
@pytest.mark.parametrize("doubt", [{"RIVALS": "3"}, {"RIVALS": "5"}, {"COUNTERS": "false"}, {"NO_BASE": "1"}, {"BASE_CODE": "2"},
                                   {"SELF": "3"}])
def test_P22_B1_words_of_CI_that_cannot_be_printed_are_no_FAIL(house, doubt, lost):
    done = run(house, "bash", "-c", f'.ci/gate build out {lost}', **doubt)
    assert done.returncode == 70 and "gate: standard output cannot be written" in done.stderr


def test_P22_B3_a_reader_of_CI_who_goes_away_changes_no_code(house):
    done = run(house, "bash", "-c", "{ .ci/gate build out; echo $? >code; } | true", RIVALS="3", COUNTERS="false")
    assert (house / "code").read_text() == "0\n", done.stderr


@pytest.mark.parametrize("words", [(), ("none",), ("build", "out", "more"), ("build", "/dev/null")])
def test_P22_B1_a_wrong_line_for_the_gates_of_CI_is_usage(house, words):
    done = run(house, "bash", ".ci/gate", *words)
    assert done.returncode == 2 and "gate: " in done.stderr and not (house / "asked").exists()


def test_P22_the_head_of_the_gates_of_CI_names_every_exit_code():
    head = (PROJECT / ".ci/gate").read_text().split("set -uo")[0]
    assert all(f"({code}" in head for code in (1, 2, 4, 70, 130))


@pytest.mark.parametrize("lost", [">/dev/full", ">&-"])
@pytest.mark.parametrize("is_there", [False, True])
def test_P22_B1_a_base_whose_path_cannot_be_printed_is_no_FAIL(repository, lost, is_there):
    if is_there:
        assert build(repository, "HEAD~1").returncode == 0
    done = run(repository, "bash", "-c", f".ci/base-build HEAD~1 {lost}")
    assert done.returncode == 70 and "base-build: standard output cannot be written" in done.stderr
    assert build(repository, "HEAD~1").returncode == 0


def test_P22_B1_a_base_that_has_no_folder_is_no_FAIL(repository):
    (repository / "build").write_text("a file")
    done = build(repository, "HEAD~1")
    assert done.returncode == 70 and "build/base" in done.stderr


def test_M12_a_run_of_CI_that_could_not_measure_is_red(house):
    assert gate(house, BENCH_CODE="4") == 4


def test_M12_the_gates_of_CI_are_legal_and_every_self_gate_counts_instructions():
    import sys
    sys.path.insert(0, str(PROJECT / "analysis"))
    from spargio_report.read.guardrails import load_guardrails
    rivals = load_guardrails(str(PROJECT / ".ci/guardrails.toml")).gates
    own = load_guardrails(str(PROJECT / ".ci/guardrails-self.toml")).gates
    assert rivals and own and {one.kind for one in rivals} == {"rival"} and {one.kind for one in own} == {"self"}
    assert {one.metric for one in own} == {"instructions_per_operation"}
    text = (PROJECT / ".ci/gate").read_text()
    assert all(f"-w {one.workload}" in text for one in (*rivals, *own))
