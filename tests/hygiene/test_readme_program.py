"""The program that the README shows compiles as it stands."""
import re
import subprocess

PROGRAM = re.compile(r"^```cpp\n(.*?)^```", re.MULTILINE | re.DOTALL)


def test_the_readme_shows_one_short_program_that_compiles(project, tmp_path):
    program, = PROGRAM.findall(project.text("README.md"))
    assert program.count("\n") <= 12
    (tmp_path / "spargio").symlink_to(project.root / "runtime")
    source = tmp_path / "program.cpp"
    source.write_text(program)
    done = subprocess.run(["g++", "-std=c++23", "-fsyntax-only", "-Wall", "-Wextra", "-Werror", "-I", str(tmp_path), str(source)],
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
