"""The end of `make bench`: ten lines, what is gained over each general runtime first."""

import re

import builder
import pytest


def test_M14_the_verdict_is_ten_lines_a_general_runtime_each_then_the_specialists_the_floor_and_the_gates(inside, tmp_path):
    ended = inside("verdict", builder.write(tmp_path, builder.quick()))
    lines = ended.stdout.splitlines()
    assert len(lines) <= 10
    heads = ["spargio against each general runtime", "  asio ", "  libuv ", "spargio against all specialists (tbb, threads): ",
             "spargio against the floor"]
    assert all(line.startswith(head) for line, head in zip(lines, heads)) and " gates: " in lines[5] and "PASS" in lines[5]
    for line in lines[1:5]:
        slower, unsure, faster, cases = map(int, re.search(r"(\d+) slower, (\d+) not sure, (\d+) faster of (\d+); hardest", line).groups())
        assert slower + unsure + faster == cases > 0


def test_M14_the_verdict_stays_at_ten_lines_with_more_runtimes_than_it_shows_a_poor_build_and_a_broken_case(inside, tmp_path):
    names = ("asio", "asio_uring", "go", "libuv", "rayon", "tokio", "trio")
    document = builder.make_run([builder.Group("ping_pong/steady_rtt", [builder.Arm(name, 100) for name in ("spargio", "floor", "tbb", *names)])])
    for backend in document["backends"]:
        backend["class"] = "specialist" if backend["name"] == "tbb" else "general" if backend["kind"] != "floor" else "floor"
    document["tool"].update(build_type="Debug", compiler_flags="-O0")
    document["cases"][-1].update(status="crashed", reason="signal 11")
    ended = inside("verdict", builder.write(tmp_path, document))
    lines = ended.stdout.splitlines()
    assert len(lines) == 10 and "and 1 more runtimes" in lines[5] and lines[6].startswith("spargio against all specialists")
    assert "without optimisation" in lines[7] and "gates" in lines[8] and "crashed" in lines[9]


def test_M14_the_verdict_of_an_arm_with_knobs_alone_gives_its_score(inside, tmp_path):
    arms = [builder.Arm("spargio[spin=0]", 100), builder.Arm("asio", 200)]
    ended = inside("verdict", builder.write(tmp_path, builder.make_run([builder.Group("ping_pong/steady_rtt", arms)])))
    assert ended.stdout.startswith("spargio[spin=0] is ahead of every general runtime (asio) in 1 of 1 case, behind in none.")


def test_M14_the_verdict_names_the_case_that_was_not_measured(inside, tmp_path):
    document = builder.quick()
    document["cases"][3]["status"] = "crashed"
    document["cases"][3]["reason"] = "signal 11"
    ended = inside("verdict", builder.write(tmp_path, document))
    assert ended.returncode == 4
    assert f"Not measured: {document['cases'][3]['id']}, crashed" in ended.stdout


@pytest.mark.parametrize("ratio, counts", [(1.5, "1 slower, 0 not sure, 0 faster"), (0.5, "0 slower, 0 not sure, 1 faster")])
def test_M14_the_verdict_says_against_which_runtime(inside, tmp_path, ratio, counts, one_gate):
    ended = inside("verdict", builder.write(tmp_path, builder.pair(ratio)), "--guardrails", one_gate(target=2.0))
    assert f"  asio  {counts} of 1; hardest ping_pong/steady_rtt {ratio:.2f}x" in ended.stdout and "of asio, n=20" in ended.stdout
