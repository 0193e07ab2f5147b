// Accepting while descriptors are short, and what a stream of connections leaves in the backlog.
#include <spargio/spargio.hpp>

#include "tests/runtime/start_runtime.hpp"
#include "tests/runtime/value_of.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <system_error>
#include <utility>
#include <vector>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>

namespace spargio {
namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

/// While it lives the process gets no descriptor beyond those that it has.
class no_more_descriptors {
public:
    no_more_descriptors() {
        ::getrlimit(RLIMIT_NOFILE, &before_);
        const rlimit none{3, before_.rlim_max};
        ::setrlimit(RLIMIT_NOFILE, &none);
    }
    no_more_descriptors(const no_more_descriptors&) = delete;
    no_more_descriptors& operator=(const no_more_descriptors&) = delete;
    ~no_more_descriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }

private:
    rlimit before_{};
};

/// Two requests each 10 ms at most, an attempt and a pause, however long it took.
bool are_few(std::uint64_t requests, clock::duration took) {
    return requests >= 2 && requests <= 2 * static_cast<std::uint64_t>(took / 10ms) + 4;
}

task<io_result<file_descriptor>> next_of(ops::accept_stream& incoming) {
    auto came = co_await incoming.next();
    co_return came;
}

bool is_cut(const std::error_code& error) { return error == make_error_code(errc::timed_out); }

task<int> accept_without_descriptors(runtime_handle of, bool by_stream) {
    auto bound = co_await net::tcp_listener::bind(net::endpoint::loopback(0));
    const net::tcp_listener listener = value_of(std::move(bound));
    auto client = co_await net::tcp_stream::connect(value_of(listener.local_address()));
    auto incoming = listener.accept_stream();
    const auto begin = clock::now();
    const std::uint64_t before = of.stats().total().operations_submitted;
    {
        const no_more_descriptors scarce;
        std::error_code answer;
        if (by_stream) {
            auto cut = co_await timeout(100ms, next_of(incoming));
            answer = cut ? std::error_code() : cut.error();
        } else {
            auto cut = co_await timeout(100ms, listener.accept());
            answer = cut ? std::error_code() : cut.error();
        }
        if (!is_cut(answer)) co_return 1;
    }
    if (!are_few(of.stats().total().operations_submitted - before, clock::now() - begin)) co_return 2;
    if (by_stream) {
        auto came = co_await timeout(10s, next_of(incoming));
        co_return client&& came ? 0 : 3;
    }
    auto came = co_await timeout(10s, listener.accept());
    co_return client&& came ? 0 : 4;
}

int accept_without_descriptors(bool by_stream) {
    const auto tested = start({.shards = 1});
    return tested->spawn(accept_without_descriptors(tested->handle(), by_stream), pinned{0}).get();
}

TEST(R42, accepting_waits_for_descriptors_and_loses_no_connection) {
    EXPECT_EQ(accept_without_descriptors(false), 0);
}

TEST(R30, a_stream_of_connections_waits_for_descriptors_and_loses_none) {
    EXPECT_EQ(accept_without_descriptors(true), 0);
}

/// Connections that wait to be accepted (tcp_info of a listener).
unsigned in_backlog(const net::tcp_listener& listener) {
    tcp_info known{};
    socklen_t bytes = sizeof(known);
    EXPECT_EQ(::getsockopt(listener.number(), IPPROTO_TCP, TCP_INFO, &known, &bytes), 0);
    return known.tcpi_unacked;
}

task<int> hoard() {
    constexpr std::size_t many = 300;
    auto bound = co_await net::tcp_listener::bind(net::endpoint::loopback(0));
    const net::tcp_listener listener = value_of(std::move(bound));
    auto incoming = listener.accept_stream();
    std::vector<net::tcp_stream> clients;
    while (clients.size() < many) {
        auto connected = co_await net::tcp_stream::connect(value_of(listener.local_address()));
        clients.push_back(value_of(std::move(connected)));
        if (clients.size() != 1)
            continue; // the kernel is asked with the first next(), and that is the only one
        auto first = co_await incoming.next();
        if (!first) co_return 1;
    }
    const unsigned left = in_backlog(listener);
    std::vector<file_descriptor> taken;
    while (taken.size() < many - 1) {
        auto next = co_await incoming.next();
        taken.push_back(value_of(std::move(next)));
    }
    if (in_backlog(listener) != 0) co_return 2;
    co_return left >= 100 ? 0 : 3;
}

TEST(R30, a_stream_from_which_nobody_takes_leaves_connections_in_the_backlog) {
    EXPECT_EQ(run({.shards = 1}, [] { return hoard(); }), 0);
}

} // namespace
} // namespace spargio
