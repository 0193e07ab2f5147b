"""What a flag names is written whole or not at all, and a device stays a device (P21, P22)."""

import json
import os
import stat
import subprocess
import xml.etree.ElementTree as xml

import builder
import pytest
from spargio_report.failures import ReportError
from spargio_report.outputs import append_output, check_outputs, write_output

LAUNCHER = builder.ROOT / "analysis" / "spargio-report"
FLAGS = ["--junit", "--markdown", "--save-baseline"]


@pytest.fixture
def gate(tmp_path, one_gate):
    """Runs a gate that passes, by a shell, with more words and redirections."""
    rails = one_gate()
    rails.write_text(rails.read_text() + rails.read_text().replace("id = 'rtt'", "id = 'self'").replace("'rival'", "'self'")
                     .replace("b = 'asio'\n", ""))
    arms = [builder.Arm("spargio", 500), builder.Arm("asio", 1000), builder.Arm("floor", 400), builder.Arm("spargio@base", 500)]
    path = builder.write(tmp_path, builder.make_run([builder.Group("ping_pong/steady_rtt", arms, blocks=12)]))

    def run(words, prefix=""):
        return subprocess.run(["sh", "-c", f'{prefix}"$0" gate "$1" --guardrails "$2" {words}', LAUNCHER, path, rails], cwd=tmp_path,
                              capture_output=True, text=True, timeout=120, check=False)
    return run


@pytest.mark.parametrize("flag", FLAGS)
def test_P21_a_device_stays_a_device_and_is_written_through(flag, tmp_path, gate):
    try:
        os.mknod(tmp_path / "null", 0o666 | stat.S_IFCHR, os.makedev(1, 3))
        os.mknod(tmp_path / "full", 0o666 | stat.S_IFCHR, os.makedev(1, 7))
    except PermissionError:
        pytest.skip("only root makes devices")
    (tmp_path / "link").symlink_to("null")
    for name in ("null", "link"):
        found = gate(f"{flag} {name}")
        assert found.returncode == 0, found.stderr
    full = gate(f"{flag} full")
    assert full.returncode == 70 and "No space left" in full.stderr and "remedy: " in full.stderr
    assert stat.S_ISCHR(os.lstat(tmp_path / "null").st_mode) and stat.S_ISLNK(os.lstat(tmp_path / "link").st_mode)
    assert stat.S_ISCHR(os.lstat(tmp_path / "full").st_mode)


def parsed(flag, text):
    return json.loads(text) if flag == "--save-baseline" else xml.fromstring(text) if flag == "--junit" else text.index("**2 gates")


@pytest.mark.parametrize("name", ["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"])
@pytest.mark.parametrize("flag", FLAGS)
def test_P21_standard_output_has_the_file_alone_and_the_words_go_beside_it(flag, name, tmp_path, gate):
    found = gate(f"{flag} {name}")
    assert found.returncode == 0 and "PASS" in found.stderr, found.stderr
    parsed(flag, found.stdout)
    assert not (tmp_path / "-").exists()
    to_a_file = gate(f"{flag} {name} > kept")
    assert to_a_file.returncode == 0
    parsed(flag, (tmp_path / "kept").read_text())


def test_P21_a_pipe_is_written_through_and_a_reader_who_goes_away_changes_nothing(tmp_path, gate):
    os.mkfifo(tmp_path / "pipe")
    found = gate("--markdown pipe; code=$?; wait; exit $code", prefix="cat pipe > read & ")
    assert found.returncode == 0 and "**2 gates" in (tmp_path / "read").read_text()
    assert gate("--markdown pipe", prefix="true < pipe & ").returncode == 0


def test_P21_a_link_to_a_file_stays_and_the_file_keeps_its_mode(tmp_path):
    (tmp_path / "real").write_text("before")
    (tmp_path / "real").chmod(0o604)
    (tmp_path / "link").symlink_to("real")
    write_output("--markdown", str(tmp_path / "link"), "after")
    assert (tmp_path / "link").is_symlink() and (tmp_path / "real").read_text() == "after"
    assert stat.S_IMODE((tmp_path / "real").stat().st_mode) == 0o604
    write_output("--markdown", str(tmp_path / "new"), "new")
    assert sorted(os.listdir(tmp_path)) == ["link", "new", "real"]


def test_P21_a_file_that_cannot_be_written_whole_stays_as_it_was(tmp_path, monkeypatch):
    (tmp_path / "gates.xml").write_text("before")

    def full(*_):
        raise OSError(28, "No space left on device")
    monkeypatch.setattr("os.replace", full)
    with pytest.raises(ReportError, match="No space left") as raised:
        write_output("--junit", str(tmp_path / "gates.xml"), "after")
    assert raised.value.code == 70 and os.listdir(tmp_path) == ["gates.xml"] and (tmp_path / "gates.xml").read_text() == "before"


@pytest.mark.parametrize("error", [16, 13])  # mounted by a container; in a folder of somebody else
def test_P21_a_file_that_cannot_be_replaced_is_written_over(error, tmp_path, monkeypatch):
    (tmp_path / "summary").write_text("before, and longer")

    def refuse(*_):
        raise OSError(error, "refused")
    monkeypatch.setattr("os.replace", refuse)
    write_output("--markdown", str(tmp_path / "summary"), "after")
    append_output("--summary", str(tmp_path / "summary"), ", more")
    assert (tmp_path / "summary").read_text() == "after, more" and os.listdir(tmp_path) == ["summary"]


@pytest.mark.parametrize("name", ["-", "/dev/null", "/dev/stdout", "pass.json"])
@pytest.mark.parametrize("command", ["report", "plot", "history"])
def test_P22_what_is_no_folder_takes_no_folder_full_of_files(command, name, tmp_path, inside):
    path = builder.write(tmp_path, builder.pair(0.5), "pass.json")
    found = inside(command, path, "-o", path if name == "pass.json" else name)
    assert found.returncode == 2 and "is no folder" in found.stderr


def test_P22_the_look_at_places_takes_devices_and_leaves_no_trace(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    check_outputs({"--junit": "/dev/null", "--markdown": "/dev/null", "--summary": "/dev/full", "--save-baseline": "-"})
    with pytest.raises(ReportError, match="names the same file"):
        check_outputs({"--junit": "-", "--markdown": "-"})
    (tmp_path / "nowhere").symlink_to("none/there")
    with pytest.raises(ReportError, match="there is no folder"):
        check_outputs({"--junit": "nowhere"})
    assert os.listdir(tmp_path) == ["nowhere"]
