"""The rules about claims find what they should, and only that."""
from planting import places, plant
from rules import claims


def test_a_cpp_file_that_nothing_compiles_is_found(tmp_path):
    tree = plant(tmp_path, {
        "x/CMakeLists.txt": "add_library(x listed.cpp deep/inner.cpp)  # not forgotten.cpp\n"
                            "foreach(name IN ITEMS looped lost)\n    add_executable(${name} loop/${name}_main.cpp)\n",
        "x/listed.cpp": "", "x/deep/inner.cpp": "", "x/loop/looped_main.cpp": "", "x/lost.cpp": "", "x/forgotten.cpp": "", "y/orphan.cpp": "",
        "x/deep/listed.cpp": ""})
    assert places(claims.check_listed_in_cmake(tree)) == [
        ("x/deep/listed.cpp", 0), ("x/forgotten.cpp", 0), ("x/lost.cpp", 0), ("y/orphan.cpp", 0)]


def test_a_readme_that_names_what_is_not_there_is_found(tmp_path):
    tree = plant(tmp_path, {
        "Makefile": "VALUE := 1\nhelp: ## print this\nbuild-a build-b: build-%: x\n",
        "runtime/core/a.hpp": "",
        "README.md": "Run `make help`, `make build-a`; see `runtime/core/` and `runtime/core/*.hpp`.\n"
                     "It makes `results/local/x.json` and `build/release`, and `a/b` is a ratio.\n"
                     "But `make nosuch` and `runtime/core/b.hpp` are not there.\n"
                     "```\nmake help  # not make else\nmake other\ncat runtime/ring/x.hpp\n```\n"})
    assert places(claims.check_readme(tree)) == [
        ("README.md", 3), ("README.md", 3), ("README.md", 6), ("README.md", 7)]


def test_a_missing_readme_is_found(tmp_path):
    assert places(claims.check_readme(plant(tmp_path, {"Makefile": ""}))) == [("README.md", 0)]
