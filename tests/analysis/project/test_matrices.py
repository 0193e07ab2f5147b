"""The matrices that the project measures itself by."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
# Not for the tables: it measures the harness, on whatever backend.
OVERHEAD = "harness/empty"


def groups_of(name: str) -> dict[str, dict]:
    with open(ROOT / "harness" / "matrices" / f"{name}.toml", "rb") as file:
        return {group["workload"]: group for group in tomllib.load(file)["group"]}


def workloads() -> set[str]:
    sources = "".join(path.read_text() for path in (ROOT / "workloads").glob("**/*.cpp"))
    return set(re.findall(r'\.name = "([a-z_]+/[a-z_]+)"', sources)) - {OVERHEAD}


def values(group: dict) -> dict[str, set[str]]:
    return {name: {str(value) for value in given} for name, given in group.get("parameters", {}).items()}


def test_the_workloads_are_found() -> None:
    assert {"ping_pong/steady_rtt", "fanout/balanced", "fs/read_rtt", "net/echo_rtt"} <= workloads()


def test_the_full_matrix_holds_every_workload() -> None:
    assert workloads() - set(groups_of("full")) == set()


@pytest.mark.parametrize("workload", sorted(groups_of("quick")))
def test_the_full_matrix_holds_every_case_of_the_quick_one(workload: str) -> None:
    quick, full = groups_of("quick")[workload], groups_of("full")[workload]
    assert set(quick["arms"]) <= set(full["arms"])
    for name, given in values(quick).items():
        assert given <= values(full)[name]


@pytest.mark.parametrize("workload", sorted(set(groups_of("full")) - {OVERHEAD}))
def test_the_full_matrix_has_spargio_and_a_rival_in_each_group(workload: str) -> None:
    arms = groups_of("full")[workload]["arms"]
    assert "spargio" in arms
    assert any(not arm.startswith(("spargio", "floor")) for arm in arms)


EXPERIMENTS = sorted(path.stem for path in (ROOT / "harness" / "matrices" / "experiments").glob("*.toml"))


def knobs() -> set[str]:
    runtime = (ROOT / "runtime" / "core" / "options.cpp").read_text()
    backend = (ROOT / "backends" / "spargio" / "stream_choices.cpp").read_text()
    return {*re.findall(r'^ *\{"([a-z_]+)",', runtime, re.MULTILINE),
            *re.findall(r'^constexpr choice \w+\{\s*"([a-z_]+)",', backend, re.MULTILINE)}


def test_the_knobs_are_found() -> None:
    assert {"spin", "spin_for_io", "steal_budget", "stream_task", "stream_home"} <= knobs()


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_an_experiment_compares_spargio_with_itself_and_by_knobs_that_there_are(name: str) -> None:
    for workload, group in groups_of(f"experiments/{name}").items():
        assert workload in workloads()
        arms = [re.fullmatch(r"spargio(?:\[(.+)\])?", arm) for arm in group["arms"]]
        assert len(arms) > 1 and all(arms)
        given = [pair.split("=")[0] for arm in arms if arm[1] for pair in arm[1].split(",")]
        assert set(given) <= knobs()
