"""An interruption while the harness measures more: the harness ends first, nothing that was there is lost (M13, P21)."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import builder
import pytest

# Stands in the middle of a measurement until it is told to stop, as the harness does.
WAITING = """#!{python}
import signal, sys
sys.path.insert(0, {here!r})
signal.pthread_sigmask(signal.SIG_BLOCK, {{signal.SIGINT}})
print("measuring", flush=True)
signal.sigwait({{signal.SIGINT}})
import builder, json
from pathlib import Path
document = builder.pair(1.0, blocks=3)
document["run"]["status"] = "interrupted"
Path(sys.argv[4]).write_text(json.dumps(document))
print("written", flush=True)
sys.exit(130)
"""


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_P21_an_interrupted_gate_waits_for_the_harness_and_ends_with_130(sent, tmp_path, temporary, one_gate):
    bench = tmp_path / "bench"
    bench.write_text(WAITING.format(python=sys.executable, here=str(builder.ROOT / "tests" / "analysis")))
    bench.chmod(0o755)
    path = builder.write(tmp_path, builder.pair(1.0, blocks=4))
    before = path.read_bytes()
    junit = tmp_path / "gates.xml"
    junit.write_text("of the last run")
    command = [builder.ROOT / "analysis" / "spargio-report", "gate", path, "--guardrails", one_gate(), "--bench", bench,
               "--junit", junit, "--markdown", tmp_path / "gates.md"]
    # A job that a shell starts in the background ignores Ctrl-C (under nohup a hang-up), and so would its children.
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          preexec_fn=lambda: signal.signal(sent, signal.SIG_DFL)) as gate:
        lines = []
        for line in gate.stderr:
            lines.append(line)
            if line == "measuring\n":
                gate.send_signal(sent)
                break
        lines += gate.stderr.readlines()
        printed = gate.stdout.read()
    errors = "".join(lines)
    assert gate.returncode == 130, errors
    assert "written\n" in lines and "interrupted; the blocks asked for last are kept in " in errors
    kept = errors.rsplit("are kept in ", 1)[1].strip()
    assert Path(kept).parent.parent == temporary and f"what was measured is kept in {Path(kept).parent}\n" in errors
    assert json.loads(open(kept).read())["run"]["status"] == "interrupted"
    assert path.read_bytes() == before and junit.read_text() == "of the last run"
    assert not (tmp_path / "gates.md").exists() and printed == "" and "Traceback" not in errors
