"""Merged files: several machines in one file, and nothing compared across them."""

import builder
import pytest

from spargio_report.compare.comparison import all_comparisons
from spargio_report.read.load import load_run


def merged(ratios=(0.5, 0.8), **change):
    """One matrix on several machines, in the form that spargio-bench merge gives it; one measured case for all."""
    documents = [builder.pair(ratio, blocks=10, seed=number) for number, ratio in enumerate(ratios, start=1)]
    first = documents[0]
    machines, cases, blocks = [], [], []
    for number, document in enumerate(documents):
        name = f"machine{number + 1}"
        machines.append({"name": name, "environment": {**document["environment"], "cpu_model": f"model {number + 1}"}})
        for case in document["cases"]:
            group = f"{case['group']}@{name}"
            cases.append({**case, "group": group, "id": f"{group}|{case['arm']}", "machine": number})
        for block in document["blocks"]:
            group = f"{block['group']}@{name}"
            slices = [{**entry, "case": f"{group}|{entry['case'].split('|')[1]}"} for entry in block["slices"]]
            blocks.append({**block, "group": group, "machine": number, "index": len(blocks), "slices": slices})
    parts = [{"machine": number, "tool": document["tool"], "run": document["run"]}
             for number, document in enumerate(documents)]
    return {**first, "schema_version": "1.2", "environment": machines[0]["environment"], "machines": machines,
            "parts": parts, "cases": cases, "blocks": blocks, **change}


def test_M24_each_machine_has_a_ratio_of_its_own_and_none_is_taken_across(tmp_path):
    run = load_run(builder.write(tmp_path, merged((0.5, 0.8, 1.3))))
    found = all_comparisons(run)
    assert [one.group for one in found] == [f"ping_pong/steady_rtt@machine{n}" for n in (1, 2, 3)]
    assert [round(one.ratio.value, 1) for one in found] == [0.5, 0.8, 1.3]
    assert [one.ratio.blocks for one in found] == [10, 10, 10]


def test_M24_compare_says_that_the_file_joins_machines_and_which(tmp_path, inside):
    ended = inside("compare", builder.write(tmp_path, merged()))
    assert ended.returncode == 0 and ended.stderr == ""
    assert "joins the results of 2 machines (machine1: model 1, 2 CPUs; machine2: model 2, 2 CPUs)" in ended.stdout
    assert "ping_pong/steady_rtt@machine2" in ended.stdout


def test_M24_a_gate_must_pass_on_every_machine(tmp_path, inside, one_gate):
    good = inside("gate", builder.write(tmp_path, merged((0.5, 0.8))), "--guardrails", one_gate())
    assert good.returncode == 0 and "asio on machine2" in good.stdout
    bad = inside("gate", builder.write(tmp_path, merged((0.5, 1.5))), "--guardrails", one_gate())
    assert bad.returncode == 3 and "FAIL" in bad.stdout and "asio on machine2" in bad.stdout


def test_M24_more_blocks_of_several_machines_cannot_be_asked_for(tmp_path, inside, one_gate):
    ended = inside("gate", builder.write(tmp_path, merged()), "--guardrails", one_gate(), "--bench", "bench")
    assert ended.returncode == 2 and "joins the results of 2 machines" in ended.stderr


def test_M24_the_report_has_the_environment_of_each_machine(tmp_path, inside):
    path = builder.write(tmp_path, merged())
    assert inside("report", path, "-o", tmp_path / "out", "--formats", "png").returncode == 0
    page = (tmp_path / "out" / "index.html").read_text()
    assert "machine1: cpu model" in page and "machine2: cpu model" in page and "model 2, 2 CPUs" in page


def test_M24_a_history_has_a_point_of_each_machine(tmp_path, inside, one_gate):
    ended = inside("history", builder.write(tmp_path, merged()), "--guardrails", one_gate(), "--steady")
    assert ended.returncode == 0 and ended.stdout.count("Machine: ") == 2 and "@machine" not in ended.stdout


def test_M24_missing_shards_are_said(tmp_path, inside):
    document = merged()
    document["run"] = {**document["run"], "status": "interrupted", "missing_shards": ["2/3"]}
    ended = inside("compare", builder.write(tmp_path, document))
    assert "merged without 2/3 of its shards" in ended.stdout


MIXED = {
    "a_block_of_another_machine": (lambda d: d["blocks"][3].update(machine=1), "/blocks/3/machine"),
    "a_case_of_another_machine": (lambda d: d["cases"][1].update(machine=1), "/cases/1/machine"),
    "a_machine_that_is_not_there": (lambda d: [entry.update(machine=7) for entry in d["cases"]], "/cases/0/machine"),
}


@pytest.mark.parametrize("name", MIXED)
def test_M24_a_group_that_holds_two_machines_ends_with_4(name, tmp_path, inside):
    change, place = MIXED[name]
    document = merged()
    change(document)
    ended = inside("compare", builder.write(tmp_path, document))
    assert ended.returncode == 4 and place in ended.stderr and "remedy: " in ended.stderr
