"""Which program measured: another one is not taken for the same, and one that nobody ships is said (M12, M14)."""

import builder
import pytest
from spargio_report.failures import ReportError
from spargio_report.judge.harness import add_blocks
from spargio_report.read.load import load_run

DIGEST, OTHER = "a" * 64, "b" * 64


def added(tmp_path, first, second, plugins=(None, None)):
    runs = []
    for number, (tool, plugin) in enumerate(zip((first, second), plugins)):
        document = builder.pair(0.5, blocks=4, seed=number)
        document["tool"].update(tool)
        if plugin:
            document["backends"][0].update(plugin="/x.so", digest=plugin)
        runs.append(load_run(builder.write(tmp_path, document, f"{number}.json")))
    return add_blocks(*runs)


@pytest.mark.parametrize(("first", "second", "words"), [
    ({"git_revision": "unknown"}, {"git_revision": "unknown"}, "nothing says that one program measured both"),
    ({"git_revision": "unknown", "digest": DIGEST}, {"git_revision": "unknown"}, "nothing says"),
    ({"git_revision": "unknown", "digest": DIGEST}, {"git_revision": "unknown", "digest": OTHER}, "digest"),
    ({"digest": DIGEST}, {"digest": OTHER}, "$.tool.digest"),
    ({"git_dirty": True}, {}, "$.tool.git_dirty"),
    ({"git_dirty": True, "digest": DIGEST}, {"git_dirty": True, "digest": OTHER}, "$.tool.digest"),
    ({"build_type": "Debug"}, {}, "$.tool.build_type")])
def test_M12_blocks_of_another_program_are_refused(first, second, words, tmp_path):
    with pytest.raises(ReportError, match=words.replace("$", r"\$")) as raised:
        added(tmp_path, first, second)
    assert raised.value.code == 4 and "measure the whole matrix again" in raised.value.remedy


@pytest.mark.parametrize("tool", [{}, {"digest": DIGEST}, {"git_revision": "unknown", "digest": DIGEST}, {"git_dirty": True}])
def test_M12_blocks_of_the_same_program_are_added(tool, tmp_path):
    assert len(added(tmp_path, tool, tool).blocks) == 8


def test_M12_blocks_of_another_plugin_are_refused(tmp_path):
    assert len(added(tmp_path, {}, {}, (DIGEST, DIGEST)).blocks) == 8
    with pytest.raises(ReportError, match=r"backends\['asio'\].digest"):
        added(tmp_path, {}, {}, (DIGEST, OTHER))


BUILDS = [({"build_type": "Debug", "compiler_flags": "-g"}, "without optimisation (Debug)"),
          ({"build_type": "", "compiler_flags": ""}, "without optimisation"),
          ({"build_type": "Release", "compiler_flags": "-O2 -O0"}, "without optimisation"),
          ({"build_type": "RelWithDebInfo", "compiler_flags": "-O2 -fsanitize=address"}, "with -fsanitize=address")]


@pytest.mark.parametrize(("tool", "words"), BUILDS)
def test_M14_a_build_that_nobody_ships_is_said_wherever_its_figures_are(tool, words, tmp_path, inside, one_gate):
    document = builder.pair(0.5)
    document["tool"].update(tool)
    path, rails = builder.write(tmp_path, document), one_gate()
    for command in (("compare", path), ("gate", path, "--guardrails", rails, "--markdown", tmp_path / "gates.md"),
                    ("verdict", path, "--guardrails", rails), ("history", path, "--all"),
                    ("report", path, "-o", tmp_path / "out", "--formats", "svg"),
                    ("plot", path, "-o", tmp_path / "out", "--figure", "forest", "--formats", "svg")):
        found = inside(*command)
        assert found.returncode == 0 and (words in found.stdout + found.stderr or command[0] == "report"), (command, found)
    for name in ("gates.md", "out/report.md", "out/index.html"):
        assert words in (tmp_path / name).read_text(encoding="utf-8"), name


@pytest.mark.parametrize("tool", [{}, {"build_type": "RelWithDebInfo"}, {"build_type": "", "compiler_flags": "-O3 -march=native"}])
def test_M14_of_an_optimised_build_nothing_is_said(tool, tmp_path, inside):
    document = builder.pair(0.5)
    document["tool"].update(tool)
    found = inside("compare", builder.write(tmp_path, document))
    assert "was built" not in found.stdout + found.stderr


def test_M12_a_base_of_another_build_type_is_said(tmp_path, inside):
    document = builder.make_run([builder.Group("fs/read_rtt", [builder.Arm("spargio", 100), builder.Arm("spargio@base", 200)])])
    document["run"]["base_build"] = {"path": "/x", "tool": {**document["tool"], "build_type": "Debug", "compiler_flags": "-g"}}
    found = inside("compare", builder.write(tmp_path, document))
    assert "The base build was built without optimisation (Debug)" in found.stdout and "of type Debug, this one of type Release" \
        in found.stdout


@pytest.mark.parametrize("code", ["single_cpu", "few_cpus", "cpus_changed", "cpu_quota", "nice"])
def test_M14_what_was_taken_from_the_machine_is_a_doubt(code, tmp_path, inside):
    document = builder.pair(0.5)
    document["warnings"] = [{"code": code, "case": None, "text": "half of it was gone"}] * 2
    assert inside("compare", builder.write(tmp_path, document)).stdout.count("half of it was gone") == 1


UNAVAILABLE = dict(status="unavailable", reason="io_uring is forbidden here; allow it in the container's seccomp profile")


@pytest.mark.parametrize("kind", ["a", "b", "best-rival"])
@pytest.mark.parametrize(("meaning", "code", "word"), [(None, 4, "MISSING"), ("missing", 4, "MISSING"), ("inconclusive", 0, "INCONCLUSIVE")])
def test_M23_a_gate_says_what_an_arm_means_that_this_machine_has_not(kind, meaning, code, word, tmp_path, inside, one_gate):
    arms = [builder.Arm("spargio", 100, **(UNAVAILABLE if kind == "a" else {})), builder.Arm("asio", 200, **(UNAVAILABLE if kind != "a" else {})),
            builder.Arm("floor", 50)]
    path = builder.write(tmp_path, builder.make_run([builder.Group("ping_pong/steady_rtt", arms)]))
    rails = one_gate(unavailable=meaning, b="best-rival" if kind == "best-rival" else "asio")
    found = inside("gate", path, "--guardrails", rails)
    assert found.returncode == code and f"1 {word}" in found.stdout, found
    assert kind == "best-rival" or "io_uring is forbidden here" in found.stdout
    if meaning == "inconclusive":
        assert inside("gate", path, "--guardrails", rails, "--inconclusive=fail").returncode == 3


@pytest.mark.parametrize("status", ["crashed", "failed", "timed_out", "wrong_result", "not_run"])
def test_M23_what_broke_is_missing_whatever_the_gate_says_of_what_is_unavailable(status, tmp_path, inside, one_gate):
    arms = [builder.Arm("spargio", 100, status=status, reason="it broke"), builder.Arm("asio", 200)]
    path = builder.write(tmp_path, builder.make_run([builder.Group("ping_pong/steady_rtt", arms)]))
    found = inside("gate", path, "--guardrails", one_gate(unavailable="inconclusive"))
    assert found.returncode == 4 and "1 MISSING" in found.stdout


def test_M23_a_wrong_word_for_it_is_met_with_the_right_ones(tmp_path, inside, one_gate):
    found = inside("gate", builder.write(tmp_path, builder.pair(0.5)), "--guardrails", one_gate(unavailable="skip"))
    assert found.returncode == 2 and "legal are: inconclusive, missing" in found.stderr
