// A shared library with the runtime in it, as a plugin of a program that knows nothing of it would be.
#include <spargio/spargio.hpp>

namespace {

spargio::task<int> seven() { co_return 7; }

spargio::task<int> fourteen() {
    auto there = spargio::spawn(seven(), spargio::pinned{1});
    const int here = co_await seven();
    co_return here + co_await std::move(there);
}

} // namespace

extern "C" int run_in_the_library() { return spargio::run({.shards = 2}, fourteen); }
