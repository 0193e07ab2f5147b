"""docs/gating.md: what it tells a newcomer to write is legal, and what it tells him to run runs (M12, M13, M23)."""

import datetime
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from builder import ROOT

from spargio_report.read.guardrails import load_guardrails

TEXT = (ROOT / "docs/gating.md").read_text()
BUILD = Path(os.environ.get("SPARGIO_BUILD", ROOT / "build/release"))
BENCH = BUILD / "harness/spargio-bench"
SHORT = " --blocks 1 --slices 1 --slice-ms 1 --quiet-wait 0 --progress none"
RAILS, SELF, WAIVER = re.findall(r"^```toml\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
SETTING, MEASURE, JUDGE, SLOWED, BASE = re.findall(r"^```sh\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)


@pytest.fixture
def newcomer(tmp_path):
    """Runs lines of the guide in a folder of one's own; runs of the harness in their short form."""
    environment = {**os.environ, "SPARGIO": str(ROOT),
                   "PATH": f"{BENCH.parent}:{ROOT / 'analysis'}:{os.environ['PATH']}"}

    def run(lines):
        short = re.sub(r"^(spargio-bench run .*)$", rf"\1{SHORT}", lines, flags=re.MULTILINE)
        return subprocess.run(["bash", "-euc", short], cwd=tmp_path, env=environment, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=120, check=False)
    return run


def test_M23_the_gates_of_the_guide_are_legal(tmp_path):
    for name, text in {"rails": RAILS, "self": SELF}.items():
        path = tmp_path / f"{name}.toml"
        path.write_text(text)
        assert len(load_guardrails(path).gates) == 1
    path.write_text(RAILS + WAIVER)
    until = datetime.date.fromisoformat(re.search(r"until = (\S+)", WAIVER)[1])
    assert load_guardrails(path, until).waivers["rtt-like-threads"].until == until


def test_M13_the_commands_of_the_guide_lead_from_a_plugin_to_a_verdict(newcomer, tmp_path):
    if not BENCH.exists() or shutil.which("cc") is None:
        pytest.skip(f"there is no {BENCH}, or no C compiler")
    (tmp_path / "guardrails.toml").write_text(RAILS)
    for lines in (MEASURE, JUDGE.replace(" --bench $(command -v spargio-bench)", ""), SLOWED.splitlines()[0]):
        ended = newcomer(lines)
        assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "1 gate: 1 INCONCLUSIVE" in newcomer(SLOWED.splitlines()[1]).stdout  # one short block decides nothing


def test_M12_the_guide_names_the_programs_as_they_are():
    assert "export SPARGIO=" in SETTING
    for path in set(re.findall(r"\$SPARGIO/([\w./-]+)", SETTING + MEASURE + BASE)):
        assert (ROOT / path).exists() or path.startswith("build/release"), path
    for shown in ("--baseline", "--bench", "--guardrails"):
        assert shown in BASE
