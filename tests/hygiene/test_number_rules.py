"""The rules about numbers find one that leads nowhere, and a proof that is none."""
from planting import places, plant
from rules import numbers

SPEC = '- <a id="r1"></a>**R1 Options.** What is set.\n- <a id="w10a"></a>**W10a** Two tasks.\n- <a id="p2"></a>**P2 Order.**\n'
STATUS = ("| what | state | proved by |\n| --- | --- | --- |\n"
          "| [R1](spec/a.md#r1), [W10a](spec/a.md#w10a) options | there, but slow | `a_test.cpp` |\n"
          "| [P2](spec/a.md#p2) | not there | – |\n")
TESTS = "TEST(R1, a_knob_is_set) {}\nTEST_P(table,\n       W10a_has_a_row) {}\n"
# Put together, so that this file cites no number that is not there.
MISSING = "R" + "99"


def planted(root, **changed):
    return plant(root, {"docs/spec/a.md": SPEC, "docs/status.md": STATUS, "tests/x/a_test.cpp": TESTS} | {
        {"spec": "docs/spec/a.md", "status": "docs/status.md", "tests": "tests/x/a_test.cpp"}[each]: text
        for each, text in changed.items()})


def test_a_sound_tree_has_no_finding(tmp_path):
    tree = planted(tmp_path)
    assert not numbers.check_definitions(tree) + numbers.check_citations(tree) + numbers.check_status(tree)


def test_a_number_that_is_defined_nowhere_is_found_wherever_it_is_cited(tmp_path):
    tree = plant(tmp_path, {
        "docs/spec/a.md": SPEC, "runtime/a.hpp": f"// Options (R1, {MISSING}).\n", "docs/b.md": f"R1–{MISSING}, p99\n",
        "tests/a_test.cpp": f"TEST({MISSING}, flies) {{}}\nTEST(ring, P2_{MISSING}_flies) {{}}\n",
        "src/lib.rs": f"//! {MISSING}\n", "results/r.json": MISSING, "tests/b.py": f'NAME = "X{MISSING}"\n'})
    assert places(numbers.check_citations(tree)) == [
        ("docs/b.md", 1), ("runtime/a.hpp", 1), ("src/lib.rs", 1), ("tests/a_test.cpp", 1), ("tests/a_test.cpp", 2)]


def test_a_number_that_is_defined_twice_or_under_another_anchor_is_found(tmp_path):
    tree = planted(tmp_path, spec=SPEC + '<a id="p2"></a>**P2** Again.\n<a id="r2"></a>**R3** Other.\n<a id="r4"></a>None.\n')
    assert places(numbers.check_definitions(tree)) == [("docs/spec/a.md", line) for line in (4, 5, 6)]


def test_a_number_without_a_row_is_found(tmp_path):
    tree = planted(tmp_path, spec=SPEC + '<a id="r2"></a>**R2** More.\n')
    assert [finding.problem for finding in numbers.check_status(tree)] == ["R2 has no row in docs/status.md"]


def test_a_row_whose_proof_does_not_carry_its_number_is_found(tmp_path):
    tree = planted(tmp_path, tests=TESTS.replace("W10a", "W10"))
    assert [finding.problem for finding in numbers.check_status(tree)] == ["no test in the files named proves W10a"]


def test_a_row_that_names_no_test_file_is_found(tmp_path):
    tree = planted(tmp_path, status=STATUS.replace("a_test.cpp", "b_test.cpp"))
    assert "there is no test file b_test.cpp" in [finding.problem for finding in numbers.check_status(tree)]


def test_a_row_with_an_unknown_state_a_wrong_link_or_a_second_one_is_found(tmp_path):
    tree = planted(tmp_path, status=STATUS.replace("not there", "soon") + "| [P2](spec/b.md#p2) | not there | – |\n")
    assert sorted((finding.line, finding.problem) for finding in numbers.check_status(tree)) == [
        (4, "the state is none of there, partly, not there"),
        (5, "P2 does not link to its definition"), (5, "P2 has two rows")]


def test_the_tests_that_cmake_declares_prove_numbers_too(tmp_path):
    tree = planted(tmp_path, tests="")
    plant(tmp_path, {"tests/x/CMakeLists.txt": "add_test(NAME R1_W10a_example COMMAND x)\n",
                     "docs/status.md": STATUS.replace("a_test.cpp", "tests/x/CMakeLists.txt")})
    assert not numbers.check_status(tree)
