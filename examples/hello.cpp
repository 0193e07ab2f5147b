// The smallest program: one task, and two that it starts.
#include <spargio/spargio.hpp>

#include <cstdio>

namespace {

spargio::task<int> answer() { co_return 42; }

spargio::task<int> hello() {
    auto elsewhere = spargio::spawn(answer(), spargio::pinned{1}); // on shard 1, whatever happens
    auto wherever = spargio::spawn(answer());                      // here, unless an idle shard is faster
    const int there = co_await std::move(elsewhere);
    const int here = co_await std::move(wherever);
    std::printf("hello from shard %u of %u: %d\n", spargio::this_shard::id(), spargio::this_shard::count(),
                (there + here) / 2);
    co_return there - here;
}

} // namespace

int main() { return spargio::run_on({.shards = 2}, 0, hello); }
