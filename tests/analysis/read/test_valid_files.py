"""What the schema and the references allow, every command takes (M20, P20): files made at random from the schema."""

import pytest
import schema_files
from spargio_report.failures import ReportError
from spargio_report.read.load import load_run

TAKEN = (0, 2, 3, 4)  # 2: nothing in it to compare or draw, which is said
GATES = (("rival", "ping_pong/steady_rtt", "best-rival", "judged"), ("rival", "ping_pong/steady_rtt", "asio", "p50_ns"),
         ("floor", "ping_pong/steady_rtt", "floor", "cpu_share_above_b"), ("self", "fs/read_rtt", None, "judged"),
         ("absolute", "ping_pong/steady_rtt", None, "cpu_share"), ("rival", "net/open_loop", "best-rival", "judged"),
         ("rival", "ping_pong/steady_rtt", "asio", "instructions_per_operation"))
WORDS = (("compare", "--all"), ("compare", "--format", "markdown"), ("verdict",), ("history", "--all", "--steady", "--format", "json"))


@pytest.fixture
def rails(tmp_path):
    path = tmp_path / "rails.toml"
    path.write_text("".join(
        f'[[gate]]\nid = "{number}"\nkind = "{kind}"\nworkload = "{workload}"\na = "spargio"\n' + (f'b = "{b}"\n' if b else "")
        + f'metric = "{metric}"\ntarget = 1.0\ntolerance = 0.1\nwhy = "a test"\n'
        for number, (kind, workload, b, metric) in enumerate(GATES)), encoding="utf-8")
    return path


def sound(seeds, folder):
    """The files of these seeds that are valid."""
    for seed in seeds:
        path = folder / f"{seed}.json"
        path.write_text(schema_files.made(seed), encoding="utf-8")
        try:
            load_run(path)
        except ReportError:
            continue
        yield path


@pytest.mark.parametrize("start", range(0, 200, 50))
def test_M20_P22_a_file_that_is_valid_is_taken_by_every_command_that_says_words(start, tmp_path, inside, rails):
    paths = list(sound(range(start, start + 50), tmp_path))
    assert len(paths) > 20
    for path in paths:
        for name, *flags in WORDS:
            guarded = () if name == "compare" else ("--guardrails", rails)
            found = inside(name, path, *flags, *guarded)
            assert found.returncode in TAKEN, (path.name, name, found.stderr)
        found = inside("gate", path, "--guardrails", rails, "--junit", tmp_path / "x.xml", "--markdown", tmp_path / "x.md")
        assert found.returncode in TAKEN, (path.name, found.stderr)


@pytest.mark.parametrize("seed", [8, 38, 54, 76])  # these broke something
def test_M20_P22_a_file_that_is_valid_is_drawn(seed, tmp_path, inside, rails):
    path, = sound([seed], tmp_path)
    for command in (("report", path, "-o", tmp_path / "out"), ("history", path, "-o", tmp_path / "history")):
        found = inside(*command, "--formats", "svg", "--guardrails", rails)
        assert found.returncode in TAKEN, (seed, found.stderr)


def test_M20_the_files_of_the_seeds_reach_every_part_of_the_schema():
    """Else the tests above show little: each key of it is changed by some seed."""
    reached = set()
    for base in schema_files.bases():
        reached |= {path[-1] for *_, path, _ in schema_files.places(base, schema_files.SCHEMA)}
    wanted = {key for part in ("tool", "run", "environment") for key in schema_files.resolved(
        schema_files.SCHEMA["properties"][part])["required"]} | {"cases", "blocks", "machines", "parts", "warnings", "latency"}
    assert wanted <= reached
