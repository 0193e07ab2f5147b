// What a program of somebody else's does first: a task on another shard, and a timer.
#include <spargio/spargio.hpp>

#include <chrono>
#include <cstdio>
#include <cstdlib>

namespace {

spargio::task<unsigned> where() { co_return spargio::this_shard::id(); }

spargio::task<int> everything() {
    auto there = spargio::spawn(where(), spargio::pinned{1});
    if (co_await std::move(there) != 1u) co_return EXIT_FAILURE;
    (void)co_await spargio::sleep_for(std::chrono::milliseconds(1));
    std::puts("outside: ran on two shards");
    co_return EXIT_SUCCESS;
}

} // namespace

int main() {
    return spargio::run({.shards = 2}, [] { return everything(); });
}
