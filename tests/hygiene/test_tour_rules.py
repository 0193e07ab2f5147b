"""The rule about the tour finds a stop that is not there, and only that."""
from planting import places, plant
from rules import tour

SOURCES = {"a/x.cpp": "int walk(int steps) {\n", "b/y.hpp": "using result = int;\n"}
HEAD = "# Tour\n\n## A way\n\n"


def stop(number: int, file: str, function: str) -> str:
    return f"{number}. [{file}](../{file}) `{function}`: why.\n"


def test_a_sound_tour_has_no_finding(tmp_path):
    text = HEAD + stop(1, "a/x.cpp", "walk") + stop(2, "b/y.hpp", "result") + "\n## Another\n\n" + stop(1, "b/y.hpp", "result")
    assert not tour.check_tour(plant(tmp_path, SOURCES | {"docs/tour.md": text}))


def test_a_file_or_a_function_that_is_not_there_is_found(tmp_path):
    text = HEAD + stop(1, "a/x.cpp", "run") + stop(2, "b/z.hpp", "result") + "3. [a/x.cpp](../b/y.hpp) `result`: why.\n4. Somewhere.\n"
    assert places(tour.check_tour(plant(tmp_path, SOURCES | {"docs/tour.md": text}))) == [
        ("docs/tour.md", line) for line in (5, 6, 7, 8)]


def test_a_tour_that_stays_in_a_file_or_has_too_many_stops_is_found(tmp_path):
    text = HEAD + stop(1, "a/x.cpp", "walk") + stop(2, "a/x.cpp", "walk")
    assert places(tour.check_tour(plant(tmp_path / "one", SOURCES | {"docs/tour.md": text}))) == [("docs/tour.md", 6)]
    text = HEAD + "".join(stop(n, *(("a/x.cpp", "walk") if n % 2 else ("b/y.hpp", "result"))) for n in range(1, 12))
    assert places(tour.check_tour(plant(tmp_path / "two", SOURCES | {"docs/tour.md": text}))) == [("docs/tour.md", 15)]
