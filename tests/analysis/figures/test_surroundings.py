"""The same picture for everybody: whatever matplotlib finds in a home, in a folder, in the environment (M14)."""

import ast
import os
import select
import signal
import subprocess
import sys

import builder
import pytest

from spargio_report.figures.drawing import draw_all

ROOM = builder.ROOT / "analysis" / "spargio_report" / "figures"
MAIN = ROOM.parent / "__main__.py"
USETEX = "text.usetex: True\n"
DARK = ("axes.facecolor: black\nfigure.facecolor: black\nsavefig.facecolor: black\ntext.color: white\naxes.edgecolor: white\n"
        "lines.linewidth: 9\nfont.size: 30\nsvg.fonttype: none\nsavefig.bbox: tight\n")


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    return builder.write(tmp_path_factory.mktemp("result"), builder.pair(0.5))


def drawn(result, folder, before=None, **settings):
    """The forest as SVG, drawn by a process that stands in `folder` with these settings; None takes one away."""
    where = {key: value for key, value in {**os.environ, **settings}.items() if value is not None}
    found = subprocess.run([sys.executable, "-P", MAIN, "plot", result, "-o", folder / "out", "--figure", "forest", "--formats",
                            "svg,png"], cwd=folder, env=where, preexec_fn=before, capture_output=True, text=True, timeout=120, check=False)
    assert found.returncode == 0 and found.stderr == "", found.stderr
    return {path.name: path.read_bytes() for path in (folder / "out").iterdir()}


@pytest.fixture(scope="module")
def plain(result, tmp_path_factory):
    return drawn(result, tmp_path_factory.mktemp("plain"))


@pytest.mark.parametrize("text", [USETEX, DARK, "nonsense\n", "axes.titley: \xe9\n"])
def test_M14_a_matplotlibrc_in_the_folder_or_the_home_changes_nothing(text, result, plain, tmp_path):
    home = tmp_path / "home"
    (home / ".config" / "matplotlib").mkdir(parents=True)
    for place in (tmp_path, home / ".config" / "matplotlib"):
        (place / "matplotlibrc").write_text(text, encoding="latin-1")
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")  # the list of fonts, which takes seconds to make
    assert drawn(result, tmp_path, HOME=str(home), XDG_CACHE_HOME=cache, MATPLOTLIBRC=str(tmp_path / "matplotlibrc")) == plain


@pytest.mark.parametrize("settings", [{"MPLBACKEND": "nonsense"}, {"MPLBACKEND": "TkAgg"}, {"PYTHONWARNINGS": "error"},
                                      {"HOME": None}, {"HOME": "/proc/none", "XDG_CACHE_HOME": "/proc/none"},
                                      {"MPLCONFIGDIR": "/dev/null"}], ids=str)
def test_M14_a_wrong_setting_or_no_home_changes_nothing(settings, result, plain, tmp_path, temporary):
    assert drawn(result, tmp_path, **settings) == plain
    assert not list(temporary.glob("spargio-fonts-*")) and sorted(os.listdir(tmp_path)) == ["out"]


def test_M14_where_no_process_may_be_started_one_draws_after_the_other(result, plain, temporary):
    """As another user, for root is not held to the limit: one whose every process is one too many."""
    if os.getuid() != 0:
        pytest.skip("only root can become another user")
    out = temporary / "out"
    out.mkdir()
    out.chmod(0o777)
    temporary.chmod(0o755)
    (temporary / "result.json").write_bytes(result.read_bytes())
    limited = ("import os, resource, sys; os.setgroups([]); os.setgid(54321); os.setuid(54321)\n"
               "resource.setrlimit(resource.RLIMIT_NPROC, (0, 0)); os.execv(sys.executable, [sys.executable, '-P', *sys.argv[1:]])")

    def started(*arguments):
        return subprocess.run([sys.executable, "-c", limited, MAIN, *arguments], env={"PATH": os.environ["PATH"], "TMPDIR": str(out)},
                              cwd="/", capture_output=True, text=True, timeout=120, check=False)
    if started("--help").returncode != 0:
        pytest.skip("another user cannot read the checkout")
    found = started("report", temporary / "result.json", "-o", out)
    assert found.returncode == 0, found.stderr
    assert {name: (out / name).read_bytes() for name in plain} == plain


@pytest.mark.parametrize("missing", ["os.fork", "os.pipe"])
def test_M14_everything_is_drawn_here_where_nothing_is_to_be_had(missing, monkeypatch):
    def refuse(*_):
        raise BlockingIOError(11, "Resource temporarily unavailable")
    monkeypatch.setattr(missing, refuse)
    here = []
    draw_all(9, here.append, 4)
    assert sorted(here) == list(range(9))


def test_M14_each_is_drawn_once_by_some_process(tmp_path):
    def draw(number):
        with open(tmp_path / "drawn", "a", encoding="utf-8") as file:
            file.write(f"{number}\n")
    draw_all(300, draw, 3)
    assert sorted(map(int, (tmp_path / "drawn").read_text().split())) == list(range(300))


def test_M14_what_a_process_that_died_did_not_draw_is_drawn_here(tmp_path):
    """This one goes on only when another has taken one and not drawn it."""
    here, (taken, take) = os.getpid(), os.pipe()

    def draw(number):
        if os.getpid() != here:
            os.write(take, b"x")
            os.kill(os.getpid(), signal.SIGKILL)
        assert os.listdir(tmp_path) or select.select([taken], [], [], 120)[0], "no other process took one"
        (tmp_path / str(number)).touch()
    draw_all(8, draw, 4)
    os.close(taken), os.close(take)
    assert len(os.listdir(tmp_path)) == 8


def test_P22_a_figure_that_cannot_be_drawn_is_an_error_of_this_process_and_leaves_none_behind():
    def draw(number):
        raise ZeroDivisionError(number)
    with pytest.raises(ZeroDivisionError):
        draw_all(8, draw, 3)
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def test_M14_only_one_module_asks_for_matplotlib():
    """Whoever imports it first decides what it reads."""
    found = set()
    for path in ROOM.parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [one.name for one in node.names] if isinstance(node, ast.Import) else [getattr(node, "module", None) or ""] \
                if isinstance(node, ast.ImportFrom) else []
            if any(name.split(".")[0] == "matplotlib" for name in names):
                found.add(path.name)
    assert found == {"canvas.py"}


def test_M14_names_of_any_length_have_a_file_each(tmp_path, inside):
    """Names that differ in their signs alone, and names longer than a file's may be."""
    groups = [builder.Group("fs/read_rtt", [builder.Arm("spargio", 100), builder.Arm("asio", 200)], {"key": value}, 6)
              for value in ("a+b", "a-b", "x" * 300, "")]
    found = inside("plot", builder.write(tmp_path, builder.make_run(groups)), "-o", tmp_path / "out", "--figure", "strips",
                   "--formats", "svg")
    assert found.returncode == 0, found.stderr
    assert len(set(found.stdout.split())) == len(os.listdir(tmp_path / "out")) == 4
