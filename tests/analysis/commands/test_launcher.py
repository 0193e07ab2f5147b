"""The launcher finds a Python that works, and says which."""

import os

import pytest


@pytest.fixture
def poor_python(tmp_path):
    path = tmp_path / "poor-python"
    path.write_text("#!/bin/sh\nexit 1\n")
    path.chmod(0o755)
    return path


def test_P22_a_python_without_the_libraries_is_passed_over_and_the_chosen_one_named(program, poor_python):
    ended = program("compare", "-v", "none.json", environment={**os.environ, "SPARGIO_PYTHON": str(poor_python)})
    assert ended.returncode == 4 and "python is " in ended.stderr and str(poor_python) not in ended.stderr


def test_P22_without_any_fitting_python_the_packages_are_named(tmp_path, program, poor_python):
    """The launcher is run with no other Python in reach: a copy that does not know /usr/bin/python3."""
    import builder
    import subprocess
    launcher = tmp_path / "launcher"
    text = (builder.ROOT / "analysis" / "spargio-report").read_text()
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
    assert ended.returncode in (2, 4) and ("no such result file" in ended.stderr or "found no Python" in ended.stderr)
