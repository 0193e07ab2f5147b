"""The end of `make bench`: ten lines, the losses first."""

import builder
import pytest


def test_M14_the_verdict_is_ten_lines_with_the_losses_before_the_wins(inside, tmp_path):
    ended = inside("verdict", builder.write(tmp_path, builder.quick()))
    lines = ended.stdout.splitlines()
    assert len(lines) <= 10
    assert lines[0].startswith("spargio: ") and "cases faster (or cheaper) than every rival" in lines[0]
    words = [line.split()[0] for line in lines if line.startswith("  ")]
    assert words == sorted(words, key=("slower", "faster").index) and "faster" in words
    assert any(" gates: " in line and "PASS" in line for line in lines)


def test_M14_the_verdict_names_the_case_that_was_not_measured(inside, tmp_path):
    document = builder.quick()
    document["cases"][3]["status"] = "crashed"
    document["cases"][3]["reason"] = "signal 11"
    ended = inside("verdict", builder.write(tmp_path, document))
    assert ended.returncode == 4
    assert f"Not measured: {document['cases'][3]['id']}, crashed" in ended.stdout


@pytest.mark.parametrize("ratio, word", [(1.5, "slower"), (0.5, "faster")])
def test_M14_the_verdict_says_against_which_rival(inside, tmp_path, ratio, word, one_gate):
    ended = inside("verdict", builder.write(tmp_path, builder.pair(ratio)), "--guardrails", one_gate(target=2.0))
    assert f"  {word}  ping_pong/steady_rtt: {ratio:.2f}x" in ended.stdout and "of asio, n=20" in ended.stdout
