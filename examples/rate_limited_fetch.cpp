// Fetches one page of an HTTP server again and again: so many requests a second, so many at once, and none for
// longer than a deadline.
//
//   example_rate_limited_fetch HOST PORT PATH TIMES
#include <spargio/spargio.hpp>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>
#include <system_error>
#include <utility>

namespace {

using namespace spargio;
using namespace std::chrono_literals;

constexpr auto between_requests = 2ms;
constexpr auto patience = 500ms;
constexpr std::ptrdiff_t at_once = 8;

class tally {
public:
    int fetched = 0;
    int late = 0;
    int failed = 0;
    std::uint64_t bytes = 0;
};

class page {
public:
    net::endpoint server;
    std::string request;
};

task<io_result<std::uint64_t>> fetch(const page& wanted) {
    auto server = co_await net::tcp_stream::connect(wanted.server);
    if (!server) co_return std::unexpected(server.error());
    auto asked = co_await io::write_all(*server, std::as_bytes(std::span(wanted.request)));
    if (!asked) co_return std::unexpected(asked.error());
    auto no_more = co_await server->end_writing(); // the server hangs up when it has answered
    if (!no_more) co_return std::unexpected(no_more.error());
    std::array<std::byte, 16384> part;
    for (std::uint64_t bytes = 0;;) {
        auto count = co_await server->read_some(part);
        if (!count) co_return std::unexpected(count.error());
        if (*count == 0) co_return bytes;
        bytes += *count;
    }
}

/// All of them run on one shard, so that they may count without a lock.
task<> fetch_in_time(const page& wanted, semaphore& places, tally& sums) {
    auto bytes = co_await timeout(patience, fetch(wanted));
    places.release();
    if (bytes) {
        ++sums.fetched;
        sums.bytes += *bytes;
    } else if (bytes.error() == std::errc::timed_out) {
        ++sums.late;
    } else {
        ++sums.failed;
    }
}

task<int> fetch_all(std::string host, std::string port, std::string where, int times) {
    auto found = co_await net::resolve(host, port);
    if (!found) {
        std::cerr << host << ": " << found.error().message() << '\n';
        co_return 1;
    }
    page wanted;
    wanted.server = found->front();
    wanted.request = "GET " + where + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n";
    tally sums;
    semaphore places(at_once);
    task_group under_way;
    interval pace(between_requests);
    for (int i = 0; i < times; ++i) {
        auto turn = co_await pace.tick();
        auto place = co_await places.acquire();
        if (!turn || !place) break;
        under_way.spawn(fetch_in_time(wanted, places, sums), pinned{this_shard::id()});
    }
    co_await under_way.join();
    std::cout << sums.fetched << " fetched, " << sums.late << " late, " << sums.failed << " failed, "
              << sums.bytes << " bytes\n";
    co_return 0;
}

} // namespace

int main(int count, char** arguments) {
    if (count != 5) {
        std::cerr << "usage: " << arguments[0] << " HOST PORT PATH TIMES\n";
        return 2;
    }
    return spargio::run({.shards = 1}, [arguments] {
        return fetch_all(arguments[1], arguments[2], arguments[3], std::atoi(arguments[4]));
    });
}
