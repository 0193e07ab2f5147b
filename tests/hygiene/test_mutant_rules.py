"""The rules about planted defects find what they should, and only that."""
import pytest

from planting import places, plant
from rules import mutants

SOURCE = "int half(int of) {\n    if (of < 0) return 0;\n    return of / 2;\n}\n"
CMAKE = "spargio_add_test(number_tests half_test.cpp # not third_test.cpp\n    LIBS numbers)\n"
MODELS = "spargio_add_model(park\n    PROVES P3_x\n    MUTANTS announce look)\n"
TESTS = ("TEST(R1, a_half_is_rounded) {}\nTEST_P(P2, a_half_of_many) {}\n"
         "INSTANTIATE_TEST_SUITE_P(of, P2, testing::Values(1));\nTYPED_TEST(P3, halves_of_types) {}\n")
GOOD = {"why": '"A half is doubled."', "file": '"runtime/half.cpp"', "program": '"number_tests"', "filter": '"R1.*"',
        "old": "'''\n    return of / 2;\n'''", "new": "'''\n    return of * 2;\n'''"}
PLACE = "tests/mutants/007-half-is-doubled.toml"


def described(**changes: str | None) -> str:
    """The good description with some of its keys changed, or left out."""
    return "".join(f"{key} = {value}\n" for key, value in (GOOD | changes).items() if value is not None)


def tree(tmp_path, description: str = described(), path: str = PLACE, **others: str):
    return plant(tmp_path, {"runtime/half.cpp": SOURCE, "tests/runtime/CMakeLists.txt": CMAKE,
                            "tests/models/CMakeLists.txt": MODELS, "tests/runtime/half_test.cpp": TESTS,
                            "tests/runtime/third_test.cpp": "TEST(R3, a_third) {}\n", path: description, **others})


def findings(of) -> list[tuple[str, int]]:
    return places([*mutants.check_descriptions(of), *mutants.check_places(of), *mutants.check_killers(of),
                   *mutants.check_sources_are_sound(of)])


@pytest.mark.parametrize("changes", [
    {}, {"filter": '"of/P2.*/0"'}, {"filter": '"*/P2.a_half*:R1.*"'}, {"filter": '"P3/*"'}, {"filter": '"*-R1.*"'},
    {"new": "''"}, {"filter": None, "program": '"model_park"', "mutant": '"look"'}])
def test_a_good_description_passes(tmp_path, changes):
    assert findings(tree(tmp_path, described(**changes))) == []


@pytest.mark.parametrize("changes", [
    {"why": None}, {"old": None}, {"filter": None}, {"mutant": '"look"'}, {"note": '"more"'}, {"why": '""'},
    {"why": '"""a\nb"""'}, {"new": "3"}, {"old": "'''"}])
def test_a_description_of_another_form_is_found(tmp_path, changes):
    assert places(mutants.check_descriptions(tree(tmp_path, described(**changes)))) == [(PLACE, 0)]


@pytest.mark.parametrize("name", ["7-half.toml", "007_half.toml", "007.toml", "half.toml", "007-Half.toml"])
def test_a_description_without_a_number_in_its_name_is_found(tmp_path, name):
    assert places(mutants.check_descriptions(tree(tmp_path, path="tests/mutants/" + name))) == [
        ("tests/mutants/" + name, 0)]


def test_a_number_that_stands_twice_is_found(tmp_path):
    again = "tests/mutants/007-other.toml"
    assert findings(tree(tmp_path, **{again: described()})) == [(again, 0)]


@pytest.mark.parametrize("changes", [
    {"file": '"runtime/third.cpp"'}, {"old": "'''\n    return of / 3;\n'''"}, {"old": "'return'"}, {"old": "''"},
    {"new": GOOD["old"]}])
def test_a_defect_that_cannot_be_planted_is_found(tmp_path, changes):
    assert places(mutants.check_places(tree(tmp_path, described(**changes)))) == [(PLACE, 0)]


@pytest.mark.parametrize("changes", [
    {"program": '"other_tests"'}, {"filter": '"R2.*"'}, {"filter": '"R1.*:R2.*"'}, {"filter": '"R3.*"'},
    {"filter": '"P2.a_half*"'}, {"filter": '"R1.a_half"'}, {"program": '"model_park"'},
    {"filter": None, "program": '"model_park"', "mutant": '"looks"'},
    {"filter": None, "program": '"model_look"', "mutant": '"look"'}])
def test_a_defect_that_no_test_would_notice_is_found(tmp_path, changes):
    assert places(mutants.check_killers(tree(tmp_path, described(**changes)))) == [(PLACE, 0)]


def test_a_defect_in_the_sources_is_found(tmp_path):
    switched = "#if " + mutants.IN_THE_SOURCES + " == 7\n"
    assert findings(tree(tmp_path, **{"runtime/third.cpp": "int x;\n" + switched})) == [("runtime/third.cpp", 2)]


def test_planting_changes_the_old_text_and_nothing_else():
    defect = mutants.parse(PLACE, described())
    assert defect.number == 7
    assert defect.planted(SOURCE) == SOURCE.replace("/", "*")
