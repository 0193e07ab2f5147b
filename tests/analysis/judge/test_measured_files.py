"""What `gate --bench` leaves behind: nothing where it decided, what it measured where it broke off or was told to (M11)."""

import json
import stat
import sys

import builder
import pytest

from spargio_report.judge.measured_files import MeasuredFiles

# Answers each order as it is asked, or ends with the code that stands in place of the ratio.
FAKE = """#!{python}
import json, sys, tomllib
from pathlib import Path
sys.path.insert(0, {here!r})
import builder
if {code}:
    sys.exit({code})
asked = tomllib.loads(Path(sys.argv[2]).read_text())
group, = asked["group"]
if group["arms"] == ["spargio"] * 2:
    arms = [builder.Arm("spargio", 1000), builder.Arm("spargio#2", 1000)]
    document = builder.make_run([builder.Group("ping_pong/steady_rtt", arms, blocks=asked["blocks"])], seed=3)
else:
    document = builder.pair({ratio}, blocks=asked["blocks"], seed=101, noise=0.01)
Path(sys.argv[4]).write_text(json.dumps(document))
"""


@pytest.fixture
def gate(tmp_path, inside, one_gate):
    """Gates a file with a ratio and so many blocks, beside a harness that measures another ratio."""
    def run(ratio, *flags, blocks=20, again=None, code=0):
        bench = tmp_path / "bench"
        bench.write_text(FAKE.format(python=sys.executable, here=str(builder.ROOT / "tests" / "analysis"), code=code,
                                     ratio=again or ratio))
        bench.chmod(bench.stat().st_mode | stat.S_IXUSR)
        path = builder.write(tmp_path, builder.pair(ratio, blocks=blocks))
        return inside("gate", path, "--guardrails", one_gate(), "--bench", bench, *flags)
    return run


def test_M11_a_gate_that_decided_leaves_nothing_behind(gate, temporary):
    assert gate(0.5).returncode == 0  # a canary
    assert gate(0.5, blocks=4).returncode == 0  # and blocks up to the first look
    assert gate(1.5).returncode == 1  # and a second measurement, which confirms a FAIL
    assert gate(1.5, again=0.9).returncode == 0
    assert not list(temporary.iterdir())


def test_M11_no_folder_is_made_before_something_is_measured(temporary):
    with MeasuredFiles(None, print):
        assert not list(temporary.iterdir())
    assert not list(temporary.iterdir())


def test_M11_keep_leaves_matrices_and_results_in_their_order(gate, tmp_path, temporary):
    ended = gate(1.5, "--keep", tmp_path / "kept" / "here", blocks=4)
    assert ended.returncode == 1 and f"what was measured is kept in {tmp_path / 'kept' / 'here'}" in ended.stderr
    names = sorted(path.name for path in (tmp_path / "kept" / "here").iterdir())
    assert names == ["01-more-1-6.json", "01-more-1-6.toml", "02-canary.json", "02-canary.toml",
                     "03-first-look.json", "03-first-look.toml"]
    assert not list(temporary.iterdir())


def test_M11_a_second_gate_writes_over_nothing_that_was_kept(gate, tmp_path):
    assert gate(0.5, "--keep", tmp_path / "kept").returncode == 0
    first = (tmp_path / "kept" / "01-canary.toml").read_text()
    assert gate(0.5, "--keep", tmp_path / "kept").returncode == 0
    assert (tmp_path / "kept" / "01-canary.toml").read_text() == first
    assert json.loads((tmp_path / "kept" / "02-canary.json").read_text())["cases"]


def test_M11_after_an_error_the_matrix_stays_and_the_message_says_where(gate, temporary):
    ended = gate(0.5, blocks=4, code=2)
    folder, = temporary.iterdir()
    assert ended.returncode == 4 and f"what was measured is kept in {folder}" in ended.stderr
    assert f"({folder / '01-more-1-6.toml'})" in ended.stderr and (folder / "01-more-1-6.toml").exists()


def test_P22_keep_is_refused_before_anything_is_measured_where_it_cannot_be(gate, tmp_path, inside, one_gate):
    (tmp_path / "file").write_text("")
    ended = gate(0.5, "--keep", tmp_path / "file" / "below")
    assert ended.returncode == 2 and "cannot be written to" in ended.stderr and "with --keep" in ended.stderr
    path = builder.write(tmp_path, builder.pair(0.5, blocks=20))
    ended = inside("gate", path, "--guardrails", one_gate(), "--keep", tmp_path)
    assert ended.returncode == 2 and "--keep DIR stands only with --bench" in ended.stderr
