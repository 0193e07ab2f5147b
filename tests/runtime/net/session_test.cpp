// Which shard a connection belongs to, and what runs there.
#include <spargio/spargio.hpp>

#include "tests/runtime/value_of.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <utility>
#include <vector>

#include <unistd.h>

namespace spargio {
namespace {

task<int> connect_on_shards() {
    auto bound = co_await net::tcp_listener::bind(net::endpoint::loopback(0));
    const net::tcp_listener listener = value_of(std::move(bound));
    const auto to = value_of(listener.local_address());
    const std::uint32_t shards = this_shard::count();
    auto fixed = co_await net::tcp_stream::connect(to, net::session_policy(net::fixed{shards + 1}));
    if (value_of(std::move(fixed)).home() != 1) co_return 1;
    auto preferred = co_await net::tcp_stream::connect(to);
    if (value_of(std::move(preferred)).home() != this_shard::id()) co_return 2;
    std::vector<net::endpoint> eight(8, to);
    auto many = co_await net::connect_many(std::move(eight), net::session_policy(net::round_robin{}));
    std::vector<int> on(shards);
    for (auto& each : many) {
        const net::tcp_stream stream = value_of(std::move(each));
        ++on[stream.home()];
    }
    for (const int each : on)
        if (each != static_cast<int>(8 / shards)) co_return 3;
    for (int i = 0; i < 10; ++i) {
        auto accepted = co_await listener.accept(net::fixed{1});
        if (value_of(std::move(accepted)).home() != 1) co_return 4;
    }
    std::vector<net::endpoint> some{to, net::endpoint(), to};
    auto mixed = co_await net::connect_many(std::move(some));
    if (mixed.size() != 3 || !mixed[0] || mixed[1] || !mixed[2]) co_return 5;
    co_return 0;
}

TEST(R43, a_connection_belongs_to_the_shard_that_the_policy_says) {
    EXPECT_EQ(run({.shards = 2}, [] { return connect_on_shards(); }), 0);
}

task<std::uint32_t> where_it_runs() { co_return this_shard::id(); }

task<int> spawn_on_sessions() {
    for (std::uint32_t shard = 0; shard < this_shard::count(); ++shard) {
        auto [first, second] = value_of(net::unix_stream::pair());
        const net::tcp_stream stream(file_descriptor(::dup(first.number())), shard);
        for (int i = 0; i < 20; ++i) {
            const auto ran_on = co_await stream.spawn_on_session(where_it_runs());
            if (ran_on != shard) co_return 1;
            const auto may_run_anywhere = co_await stream.spawn_stealable_on_session(where_it_runs());
            if (may_run_anywhere >= this_shard::count()) co_return 2;
        }
    }
    co_return 0;
}

TEST(R43, a_task_of_a_session_runs_on_its_shard) {
    EXPECT_EQ(run({.shards = 3}, [] { return spawn_on_sessions(); }), 0);
}

} // namespace
} // namespace spargio
