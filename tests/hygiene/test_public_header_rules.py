"""The rules about public headers find what they should, and only that."""
from planting import places, plant
from rules import public_headers


def planted(root, more):
    """Every public header, empty but for what is given."""
    return plant(root, {name: "" for name in public_headers.public_headers()} | more)


def test_a_header_that_nobody_listed_is_found_and_one_that_is_gone(tmp_path):
    tree = planted(tmp_path, {"runtime/tasks/novel.hpp": "", "runtime/tasks/detail/inner.hpp": ""})
    (tmp_path / "runtime/tasks/spawn.hpp").unlink()
    assert places(public_headers.check_public_headers(tree)) == [("runtime/tasks/novel.hpp", 0),
                                                                 ("runtime/tasks/spawn.hpp", 0)]


def test_a_header_that_reaches_the_loop_by_way_of_another_is_found(tmp_path):
    tree = planted(tmp_path, {
        "runtime/tasks/spawn.hpp": "#include <spargio/tasks/detail/inner.hpp>\n",
        "runtime/tasks/detail/inner.hpp": "#include <spargio/detail/loop/shard.hpp>\n",
        "runtime/detail/loop/shard.hpp": "",
        "runtime/shards/this_shard.hpp": "#include <spargio/detail/loop/shard.hpp>\n"})
    assert places(public_headers.check_reach(tree)) == [("runtime/tasks/spawn.hpp", 0)]


def test_a_header_that_reaches_liburing_is_found_where_no_requests_are_made(tmp_path):
    tree = planted(tmp_path, {
        "runtime/run/run.hpp": "#include <spargio/detail/ring/ring.hpp>\n",
        "runtime/detail/ring/ring.hpp": "#include <liburing.h>\n",
        "runtime/ops/close.hpp": "#include <liburing.h>\n"})
    assert places(public_headers.check_reach(tree)) == [("runtime/run/run.hpp", 0)]


def test_a_namespace_of_users_in_detail_is_found_and_a_forward_declaration_is_not(tmp_path):
    tree = planted(tmp_path, {
        "runtime/detail/ring/a.hpp": "namespace spargio {\nclass a {};\n} // namespace spargio\n",
        "runtime/detail/ring/b.hpp": "namespace spargio {\nclass known;\n}\n\nnamespace spargio::detail {\n}\n",
        "runtime/net/detail/c.hpp": "namespace spargio::net::detail {\n}\n"})
    assert places(public_headers.check_namespaces(tree)) == [("runtime/detail/ring/a.hpp", 1)]
