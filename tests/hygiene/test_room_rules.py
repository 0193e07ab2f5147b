"""The rules about the rooms of the analysis find what they should, and only that."""
import pytest
from planting import places, plant
from rules import rooms

HOME = "analysis/spargio_report"
READ = {f"{HOME}/__init__.py": "", f"{HOME}/read/__init__.py": "", f"{HOME}/read/load.py": "from spargio_report.read import model\n",
        f"{HOME}/read/model.py": "import json\n"}


@pytest.mark.parametrize("line", [
    "from spargio_report.judge.gates import judge_all", "from spargio_report.judge import gates",
    "import spargio_report.judge.gates", "def later():\n    from spargio_report.judge import gates",
    "from ..judge import gates"])
def test_an_import_of_a_higher_room_is_found_however_it_is_written(tmp_path, line):
    tree = plant(tmp_path, {**READ, f"{HOME}/judge/gates.py": "from spargio_report.read.load import load_run\n",
                            f"{HOME}/read/model.py": line + "\n"})
    assert [place[0] for place in places(rooms.check_rooms(tree))] == [f"{HOME}/read/model.py"]


def test_what_the_table_allows_is_not_complained_of(tmp_path):
    tree = plant(tmp_path, {**READ, f"{HOME}/judge/gates.py": "from spargio_report.read.load import load_run\n"
                            "from spargio_report.judge import verdict\nimport numpy\n", f"{HOME}/judge/verdict.py": ""})
    assert not rooms.check_rooms(tree) and not rooms.check_import_circles(tree)


def test_a_room_that_the_table_lacks_and_a_module_that_is_not_there_are_found(tmp_path):
    tree = plant(tmp_path, {**READ, f"{HOME}/attic/old.py": "", f"{HOME}/read/model.py": "import spargio_report.read.nosuch\n"})
    assert places(rooms.check_rooms(tree)) == [(f"{HOME}/attic/old.py", 0), (f"{HOME}/read/model.py", 1)]


def test_a_circle_is_found_once_though_a_function_hides_a_part_of_it(tmp_path):
    tree = plant(tmp_path, {**READ, f"{HOME}/read/model.py": "def later():\n    from spargio_report.read.cache import kept\n",
                            f"{HOME}/read/cache.py": "from spargio_report.read.load import load_run\n"})
    found = rooms.check_import_circles(tree)
    assert places(found) == [(f"{HOME}/read/cache.py", 0)]
    assert "read.cache -> read.load -> read.model -> read.cache" in found[0].problem


def test_the_table_has_no_circle_and_names_only_rooms():
    order = list(rooms.ROOMS)
    for room, below in rooms.ROOMS.items():
        assert set(below) <= set(order[:order.index(room)]), room
