"""The launcher finds a Python that works, and says which."""

import os
import subprocess
from contextlib import contextmanager

import builder
import pytest

LAUNCHER = builder.ROOT / "analysis" / "spargio-report"


@contextmanager
def open_folder(path):
    descriptor = os.open(path, os.O_RDONLY)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


@pytest.fixture
def poor_python(tmp_path):
    path = tmp_path / "poor-python"
    path.write_text("#!/bin/sh\nexit 3\n")
    path.chmod(0o755)
    return path


def test_P22_a_python_without_the_libraries_is_passed_over_and_the_chosen_one_named(program, poor_python):
    ended = program("compare", "-v", "none.json", environment={**os.environ, "SPARGIO_PYTHON": str(poor_python)})
    assert ended.returncode == 4 and "python is " in ended.stderr and str(poor_python) not in ended.stderr


def test_P22_without_any_fitting_python_the_packages_are_named(tmp_path, program, poor_python):
    """The launcher is run with no other Python in reach: a copy that does not know /usr/bin/python3."""
    launcher = tmp_path / "launcher"
    text = LAUNCHER.read_text()
    launcher.write_text(text.replace("/usr/bin/python3 python3;", f"{poor_python};"))
    ended = subprocess.run(["sh", launcher, "compare", "x"], capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    for package in ("python3-numpy", "python3-matplotlib", "python3-jinja2", "python3-jsonschema", "SPARGIO_PYTHON"):
        assert package in ended.stderr


@pytest.mark.parametrize("settings", [{"PYTHONINSPECT": "1"}, {"PYTHONWARNINGS": "error"}, {"PYTHONOPTIMIZE": "2"}, {"PYTHONHASHSEED": "x"},
                                      {"PYTHONUTF8": "x"}, {"PYTHONIOENCODING": "ascii"}, {"PYTHONHOME": "/none"}, {"IFS": "/"},
                                      {"CDPATH": "/"}, {"ENV": "/none"}], ids=str)
def test_P22_a_setting_of_the_users_makes_no_exit_code_1(settings, program):
    ended = program("compare", "none.json", environment={**os.environ, **settings})
    assert (ended.returncode, "no such result file" in ended.stderr) == (4, True) or (
        ended.returncode, "no Python could be started" in ended.stderr) == (70, True), ended
    assert "remedy: " in ended.stderr


def test_P22_B1_a_folder_as_input_ends_with_no_FAIL(tmp_path):
    """Python itself would end with 1 before a line of ours is run."""
    with open_folder(tmp_path) as folder:
        ended = subprocess.run([LAUNCHER, "compare", "none.json"], stdin=folder, capture_output=True, text=True, check=False)
    assert ended.returncode == 4 and "no such result file" in ended.stderr


def test_P22_B1_a_python_that_may_not_start_is_told_from_one_that_lacks_a_library():
    """As under a small `ulimit -d`: installing packages would not help."""
    ended = subprocess.run(["bash", "-c", 'ulimit -d 1024; exec "$@"', "bash", LAUNCHER, "compare", "none.json"], capture_output=True,
                           text=True, check=False)
    assert ended.returncode == 70 and "no Python could be started" in ended.stderr and "ulimit" in ended.stderr
    assert "apt-get" not in ended.stderr
