"""The backends are one grid: a family of workloads has the same file name in every one, so that a row can be read."""
from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# What opens a session, by the file that it stands in.
FAMILIES = {
    "ping_pong": ("make_steady_rtt", "make_round_trips", "make_tasks_rtt", "make_one_way_drain", "make_cold_start"),
    "fanout": ("make_fanout", "make_balanced_fanout", "make_skewed_fanout"),
    "keyed_fanout": ("make_keyed_fanout",),
    "fork_join": ("make_skynet", "make_fib"),
    "files": ("open_data_session", "make_storm", "open_storm_session"),
    "streams": ("make_streams", "open_streams"),
    "churn": ("make_churn",),
    "open_loop": ("make_open_loop", "open_open_loop"),
    "connections": ("make_connections",),
    "mixed": ("open_mixed", "open_mixed_session"),
    "serve": ("make_serve",),
    "idle": ("make_idle",),
}
FOLDERS = ("floor", "libuv", "tbb", "threads", "asio/handlers", "asio/coroutines", "spargio/sessions")
OPENER = re.compile(r"^(?:std::unique_ptr<session>|opened_session)\s+((?:make|open)_\w+)\(", re.MULTILINE)


def family_of(opener: str) -> str | None:
    plain = opener.removesuffix("_coroutines")
    return next((family for family, openers in FAMILIES.items() if plain in openers), None)


@pytest.mark.parametrize("folder", FOLDERS)
def test_w1_a_session_is_opened_in_the_file_that_its_family_is_named_for(folder: str) -> None:
    opened = 0
    for source in sorted((ROOT / "backends" / folder).glob("*.cpp")):
        for opener in OPENER.findall(source.read_text(encoding="utf-8")):
            family = family_of(opener)
            assert family is not None, f"{source}: {opener} opens a session of no family that this test knows"
            assert source.stem in (family, f"{family}_drain"), f"{source}: {opener} belongs into {family}.cpp"
            opened += 1
    assert opened > 0


@pytest.mark.parametrize("folder", ["asio/handlers", "asio/coroutines", "spargio/sessions"])
def test_w1_a_folder_of_sessions_has_one_file_a_family(folder: str) -> None:
    names = {source.stem for source in (ROOT / "backends" / folder).glob("*.cpp")}
    assert names <= FAMILIES.keys()


@pytest.mark.parametrize("folder", ["tokio", "rayon"])
def test_w1_a_backend_in_rust_names_its_families_alike(folder: str) -> None:
    sources = ROOT / "backends" / folder / "src"
    sessions = {path.stem for path in sources.glob("*.rs")
                if re.search(r"^impl(?:<[^>]*>)? Session for", path.read_text(encoding="utf-8"), re.MULTILINE)}
    assert sessions and sessions <= FAMILIES.keys()


def test_w1_go_names_its_families_alike() -> None:
    sessions = {path.stem for path in (ROOT / "backends" / "go").glob("*.go")
                if re.search(r"^func \(.*\) run\(asked \*order\) \(outcome, error\)", path.read_text(encoding="utf-8"), re.MULTILINE)}
    assert sessions and sessions - {"churn_client", "serve_client"} <= FAMILIES.keys()
