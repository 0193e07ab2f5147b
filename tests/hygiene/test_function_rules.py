"""The rules about functions find what they should, and only that."""
import pytest
from planting import places, plant
from rules import functions
from rules.cpp_scan import cpp_functions

MOST = functions.LINES_MOST


def body(lines):
    """A function's inside, so that with its head and its closing brace it has so many lines."""
    return "    step();\n" * (lines - 2)


GIANTS = {
    "a.cpp": ("void f() {{\n{}}}\n", "f"),
    "b.cpp": ("namespace spargio {{\nclass x final : y<z> {{\npublic:\n    x(int a = 3) noexcept : a_(a), b_{{a}} {{\n{}    }}\n}};\n}}\n", "x"),
    "c.cpp": ("template <class T>\ntask<T> shard::run(T&& from, const char* end = \"{{\") const -> task<T> {{\n{}}}\n", "shard::run"),
    "d.cpp": ("TEST(R2, a_ring_submits) {{\n{}}}\n", "TEST(R2, a_ring_submits)"),
    "e.cpp": ("bool operator==(const x& a, const x& b) {{\n{}}}\n", "operator=="),
    "f.py": ("def f():\n{}    step()\n", "f"),
    "g.rs": ("impl A {{\n    pub async fn f<'a>(&'a self) -> char {{\n{}    }}\n}}\n", "f"),
}


@pytest.mark.parametrize("name", GIANTS)
def test_a_function_that_no_screen_holds_is_found_and_one_line_less_is_not(name, tmp_path):
    text, function = GIANTS[name]
    heads = 2 if name == "c.cpp" else 1  # its head has two lines
    fits, giant = (plant(tmp_path / folder, {name: text.format(body(lines + 1 - heads))})
                   for folder, lines in (("fits", MOST), ("giant", MOST + 1)))
    assert not functions.check_function_length(fits, {})
    found, = functions.check_function_length(giant, {})
    assert found.path == name and f"{function} has {MOST + 1} lines" in found.problem


def test_braces_in_comments_strings_and_characters_count_for_nothing(tmp_path):
    inside = "    use('{', \"{ \\\" {\", R\"x({ )\" {)x\", 1'000'000); // {\n    /* {\n */\n#define OPEN {\n"
    tree = plant(tmp_path, {"a.cpp": "void f() {\n" + inside + "}\n" + "void g() {\n" + body(MOST) + "}\n",
                            "b.rs": "fn f<'a>(x: &'a str) {\n    use('{', \"{\", r#\"{ \" {\"#); // {\n}\nfn g() {\n" + body(MOST) + "}\n"})
    assert not functions.check_function_length(tree, {})
    assert [one.name for one in cpp_functions(tree.text("a.cpp"))] == ["f", "g"]


@pytest.mark.parametrize("text", [
    "const std::array<row, 99> table{{\n{}}};\n", "constexpr auto table = std::to_array<row>({{\n{}}});\n", "enum class word {{\n{}}};\n",
    "namespace spargio {{\n{}}}\n", "struct wide {{\n{}}};\n"])
def test_what_is_long_but_no_function_is_not_complained_of(text, tmp_path):
    assert not functions.check_function_length(plant(tmp_path, {"a.cpp": text.format("    x{1},\n" * 99)}), {})


def test_a_giant_may_shrink_and_never_grow_and_leaves_the_list_when_it_fits(tmp_path):
    tree = plant(tmp_path, {"x/a.cpp": "void f() {\n" + body(80) + "}\n"})
    assert not functions.check_function_length(tree, {("a.cpp", "f"): 90})
    assert not functions.check_function_length(tree, {("a.cpp", "f"): 80})
    grown, = functions.check_function_length(tree, {("a.cpp", "f"): 79})
    assert "has grown from 79 lines to 80" in grown.problem
    gone, = functions.check_function_length(tree, {("a.cpp", "f"): 80, ("a.cpp", "g"): 80})
    assert "g of a.cpp is no giant any more" in gone.problem
    small = plant(tmp_path / "small", {"a.cpp": "void f() {}\n"})
    assert len(functions.check_function_length(small, {("a.cpp", "f"): 80})) == 1


@pytest.mark.parametrize("line", ["def f(what): pass", "def f(*, how=1): pass", "f = lambda which: 1", "def f(**who): pass"])
def test_a_parameter_of_python_that_is_called_by_a_pronoun_is_found(line, tmp_path):
    tree = plant(tmp_path, {"analysis/a.py": f"what = 1\n{line}\n", "tests/b.py": "def f(request, reason): pass\n"})
    assert places(functions.check_python_parameters(tree)) == [("analysis/a.py", 2)]


@pytest.mark.parametrize("line", [
    "void f(const workload& what);", "int f(int a, options how = {}) { return a; }", "struct x { explicit x(task<T>&& which); };",
    "void f() { sort([](auto* who, int a) { return a; }); }", "template <class T> void f(T what, int a) {}"])
def test_a_parameter_of_cpp_that_is_called_by_a_pronoun_is_found_where_the_rule_is_on(line, tmp_path):
    tree = plant(tmp_path, {"runtime/a.cpp": f"\n{line}\n", "harness/a.cpp": line + "\n"})
    assert places(functions.check_cpp_parameters(tree, ("runtime",))) == [("runtime/a.cpp", 2)]
    assert not functions.check_cpp_parameters(tree, ())


@pytest.mark.parametrize("line", [
    "void f(error& e) { print(e.what()); }", "const char* what() const noexcept;", "bool f(bool a) { return g(a && how); }",
    "void f(int somewhat, int whose); // (int what)", "int f(request& request) noexcept(noexcept(how));"])
def test_what_only_looks_like_such_a_parameter_of_cpp_is_not_complained_of(line, tmp_path):
    assert not functions.check_cpp_parameters(plant(tmp_path, {"runtime/a.cpp": line + "\n"}), ("runtime",))
