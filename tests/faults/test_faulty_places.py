"""P21, P22: what is written goes where it was asked to, whatever is there: devices, pipes, folders that may not be written, full
file systems; as another user, without a home."""
import json
import os
import shutil
import stat
import subprocess
import tempfile
import threading
from pathlib import Path

import pytest
from sweep_commands import BENCH, COMMANDS, GBENCH, REPORT, Condition, check_end, program_of, run_under, words_of
from test_faulty_surroundings import IS_THIN, made  # noqa: F401 (a fixture)

USUAL = Condition("usual")
FILES = [command for command in COMMANDS if command.writes == "file"]
FOLDERS = [command for command in COMMANDS if command.writes == "folder"]
NOBODY = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")


def each(commands, cases=("",), is_whole=False):
    """(command, case). A thin run takes one in seven, of the analysis one in 14, and something of every test."""
    taken = [pytest.param(command, case, id=f"{command.program}_{command.name}-{getattr(case, 'name', case)}"[:60])
             for row, case in enumerate(cases) for column, command in enumerate(commands)
             if not IS_THIN or is_whole or (row + column) % (14 if command.program == "report" else 7) == 0]
    return pytest.mark.parametrize("command, case", taken)


@pytest.fixture
def place(made):  # noqa: F811
    """A folder that every user may enter, and names in it."""
    with tempfile.TemporaryDirectory(prefix="spargio-sweep-", dir="/tmp", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        for file in ("a.json", "rails.toml"):
            shutil.copy(made / file, folder)
            (folder / file).chmod(0o644)
        yield folder


def names_in(place: Path, out) -> dict[str, str]:
    return {"result": str(place / "a.json"), "rails": str(place / "rails.toml"), "out": str(out)}


def ended_at(command, place, out, wanted, condition=USUAL, under=()):
    ended = run_under(condition, [program_of(command), *words_of(command, names_in(place, out))], place, under)
    check_end(command, condition, ended, wanted)
    return ended


@each(FILES, (os.devnull,))
def test_P21_B2_a_device_stays_one(command, case, place):
    ended_at(command, place, case, {command.code})
    assert stat.S_ISCHR(os.stat(os.devnull).st_mode)


@each(FILES, ("-", "/dev/stdout", "/dev/fd/1"))
def test_P21_B2_standard_output_by_any_name_gets_it_whole(command, case, place):
    ended = ended_at(command, place, case, {command.code})
    if command.program == "bench":
        json.loads(ended.out)
    assert ended.out and os.path.islink("/dev/stdout")


@each(FILES, ("/dev/full",))
def test_P21_B1_a_full_device_is_named_and_no_run_is_lost(command, case, place):
    ended = ended_at(command, place, case, {4} if command.program == "bench" else {70}, Condition(
        "elsewhere", settings={"TMPDIR": str(place)}))
    assert "/dev/full" in ended.errors and "No space left" in ended.errors
    if command.measures:
        kept = list(place.glob("spargio-bench-*.json"))
        assert len(kept) == 1 and str(kept[0]) in ended.errors
        assert json.loads(kept[0].read_text())["run"]["status"] == "complete"


@each(FILES, ("pipe",))
def test_P21_B2_a_pipe_is_written_through(command, case, place):
    pipe, got = place / case, []
    os.mkfifo(pipe)
    reader = threading.Thread(target=lambda: got.append(pipe.read_text(encoding="utf-8")), daemon=True)
    reader.start()
    ended_at(command, place, pipe, {command.code})
    reader.join(timeout=60)
    assert got and got[0] and stat.S_ISFIFO(pipe.stat().st_mode)


@each(FILES + FOLDERS, ("{place}", "{place}/a.json/below", "{place}/" + "x" * 300, "/proc/none"))
def test_P22_B12_what_can_be_no_output_is_named_before_anything_is_done(command, case, place):
    wanted = {command.code} if command.writes == "folder" and case == "{place}" else {2, 4} if command.program == "bench" else {2}
    ended = ended_at(command, place, case.format(place=place), wanted)
    assert not command.measures or ended.code == 2
    assert "No such file" not in ended.errors or not case.startswith("{place}/a.json"), ended


@each(FOLDERS, ("/dev/null", "/dev/full", "-", "{place}/a.json"))
def test_P22_B2_what_is_no_folder_is_refused_by_what_writes_several_files(command, case, place):
    ended_at(command, place, case.format(place=place), {2})


@pytest.fixture
def nobody(place):
    """What starts a program as a user without rights, who may read the place and not write to it."""
    if os.geteuid() != 0 or not shutil.which("setpriv"):
        pytest.skip("only root may become another user, with setpriv(1)")
    for path in (BENCH, REPORT):
        seen = subprocess.run([*NOBODY, "test", "-x", path], check=False)
        if seen.returncode != 0:
            pytest.skip(f"another user may not run {path}")
    return NOBODY


HOMELESS = (Condition("no_home", "B14", settings={"HOME": None}), Condition("home_of_root", "B14", settings={"HOME": "/root"}),
            Condition("home_is_missing", "B14", settings={"HOME": "/nonexistent", "XDG_CACHE_HOME": None}))


@each([command for command in COMMANDS if command.line != "doctor"], HOMELESS)
def test_P22_B14_another_user_without_a_home_is_served(command, case, place, nobody):
    mine = place / "mine"
    mine.mkdir()
    os.chown(mine, 65534, 65534)
    ended_at(command, place, mine / "out", {command.code}, case, nobody)


@each(FILES + FOLDERS, ("out",))
def test_P22_B12_a_folder_that_may_not_be_written_is_named_with_its_reason(command, case, place, nobody):
    ended = ended_at(command, place, place / case, {2, 4} if command.program == "bench" else {2}, under=nobody)
    assert "Permission denied" in ended.errors
    assert not command.measures or ended.code == 2


def in_a_namespace(script: str) -> tuple[str, ...]:
    """Runs what follows where `script` has mounted something that nobody else sees."""
    if not shutil.which("unshare") or subprocess.run(
            ["unshare", "-m", "sh", "-ec", f"{script}; true"], capture_output=True, check=False).returncode != 0:
        pytest.skip("no file system may be mounted here, not even in a namespace of one's own")
    return ("unshare", "-m", "sh", "-ec", f'{script}; exec "$@"', "sh")


@each(FILES + FOLDERS, (0, 8, 16))
def test_P21_B1_a_full_file_system_loses_no_result(command, case, place):
    """`case`: kB that are free; for nothing at all, or for a journal's beginning."""
    small = place / "small"
    small.mkdir()
    under = in_a_namespace(f"mount -t tmpfs -o size=64k none {small}; head -c {64 - case}k /dev/zero >{small}/filler")
    ended = ended_at(command, place, small / "out", None, Condition("elsewhere", settings={"TMPDIR": str(place)}), under)
    if ended.code == 0:
        return
    assert ended.code in ({2, 4} if command.program == "bench" else {70}), ended
    assert "No space left" in ended.errors, ended
    if command.measures and ended.code == 4:
        kept = list(place.glob("spargio-bench-*.json"))
        assert len(kept) == 1 and str(kept[0]) in ended.errors, ended


@each([command for command in FOLDERS if command.line.startswith("plot")], ("out",), is_whole=True)
def test_P22_B14_pictures_are_drawn_where_shared_memory_is_read_only(command, case, place):
    under = in_a_namespace("mount --bind /dev/shm /dev/shm && mount -o remount,ro,bind /dev/shm && ! touch /dev/shm/x 2>/dev/null")
    ended_at(command, place, place / case, {0}, under=under)
    assert list((place / case).glob("*.svg"))


@pytest.mark.parametrize("redirection", [">/dev/full", ">&-"])
def test_P22_B1_google_benchmark_s_words_that_are_lost_are_an_error(redirection, tmp_path):
    if not GBENCH.exists():
        pytest.skip(f"{GBENCH} is not built")
    ended = run_under(Condition("lost", redirections=redirection), [GBENCH, "--benchmark_list_tests"], tmp_path)
    assert ended.code == 4 and "standard output" in ended.errors
