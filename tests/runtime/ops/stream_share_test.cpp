// Streams that nobody reads, beside streams that somebody does.
#include <spargio/spargio.hpp>

#include "tests/runtime/start_runtime.hpp"
#include "tests/runtime/value_of.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace spargio {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t buffer_bytes = 256;

std::string text(std::size_t bytes) {
    std::string made(bytes, ' ');
    for (std::size_t i = 0; i < bytes; ++i) made[i] = static_cast<char>('a' + i * 7 % 26);
    return made;
}

/// A connection whose incoming stream is read when its test says so.
class unread_connection {
public:
    unread_connection() : unread_connection(value_of(net::unix_stream::pair())) {}

    task<io_result<std::string>> next() {
        auto piece = co_await incoming->next();
        if (!piece) co_return std::unexpected(piece.error());
        co_return std::string(reinterpret_cast<const char*>(piece->bytes().data()), piece->size());
    }
    task<> send(std::string message) {
        auto sent = co_await io::write_all(theirs, std::as_bytes(std::span(message)));
        value_of(std::move(sent));
    }

    net::unix_stream ours;
    net::unix_stream theirs;
    std::unique_ptr<ops::receive_stream> incoming;

private:
    explicit unread_connection(std::pair<net::unix_stream, net::unix_stream> both)
        : ours(std::move(both.first)), theirs(std::move(both.second)),
          incoming(std::make_unique<ops::receive_stream>(ours.number())) {}
};

using connections = std::vector<std::unique_ptr<unread_connection>>;

/// How a test leaves streams unread.
struct neglect {
    std::size_t streams;
    std::size_t buffers;
    bool at_once; ///< all bytes in one piece

    [[nodiscard]] std::size_t bytes() const noexcept { return 4 * buffers * buffer_bytes; }
};

/// Each has been asked for its first piece, and is left with more bytes than all buffers hold.
task<connections> leave_unread(neglect kind) {
    connections left;
    const std::string rest = text(kind.bytes());
    const std::size_t piece = kind.at_once ? rest.size() : buffer_bytes;
    for (std::size_t i = 0; i < kind.streams; ++i) {
        auto& made = *left.emplace_back(std::make_unique<unread_connection>());
        co_await made.send("!");
        auto first = co_await timeout(10s, made.next());
        if (value_of(std::move(first)) != "!") throw std::runtime_error("the first piece is not what was sent");
        for (std::size_t at = 0; at < rest.size(); at += piece) {
            co_await made.send(rest.substr(at, piece));
            co_await yield(); // where the ring is looked at
        }
    }
    co_return left;
}

task<bool> passes_messages(int count) {
    unread_connection lively;
    for (int i = 0; i < count; ++i) {
        co_await lively.send("hello");
        auto came = co_await timeout(10s, lively.next());
        if (!came || *came != "hello") co_return false;
    }
    co_return true;
}

/// All that was sent is there still, in order, and the stream goes on.
task<bool> gives_all(unread_connection& connection, std::string expected) {
    co_await connection.send("the end");
    expected += "the end";
    std::string all;
    while (all.size() < expected.size()) {
        auto piece = co_await timeout(10s, connection.next());
        if (!piece || piece->empty()) co_return false;
        all += *piece;
    }
    co_return all == expected;
}

task<int> read_beside(neglect kind) {
    connections unread = co_await leave_unread(kind);
    if (!co_await passes_messages(100)) co_return 1;
    for (auto& each : unread)
        if (!co_await gives_all(*each, text(kind.bytes()))) co_return 2;
    if (!co_await passes_messages(100)) co_return 3;
    co_return 0;
}

runtime_options few(std::size_t buffers, feature_use bundles) {
    return {.shards = 1,
            .receive_buffers = static_cast<unsigned>(buffers),
            .receive_buffer_bytes = buffer_bytes,
            .receive_bundles = bundles};
}

class streams_beside : public testing::TestWithParam<feature_use> {};

TEST_P(streams_beside, R30_a_stream_that_nobody_reads_leaves_the_others_their_buffers) {
    for (const std::size_t buffers : {2U, 16U})
        for (const std::size_t streams : {1U, 2U, 6U, 12U})
            for (const bool at_once : {false, true}) {
                const neglect kind{streams, buffers, at_once};
                EXPECT_EQ(run(few(buffers, GetParam()), [=] { return read_beside(kind); }), 0)
                    << buffers << ' ' << streams << ' ' << at_once;
            }
}

/// Whoever waits takes the first of many pieces, and then no more.
task<int> take_one_and_leave(bool at_once) {
    constexpr std::size_t buffers = 16;
    unread_connection left;
    auto first = spawn(left.next(), pinned{0});
    co_await yield(); // it waits
    const std::string sent = text(4 * buffers * buffer_bytes);
    for (std::size_t at = 0; at < sent.size(); at += at_once ? sent.size() : buffer_bytes)
        co_await left.send(sent.substr(at, at_once ? sent.size() : buffer_bytes));
    auto taken = co_await std::move(first);
    if (!taken) co_return 1;
    if (!co_await passes_messages(100)) co_return 2;
    co_return co_await gives_all(left, sent.substr(taken->size())) ? 0 : 3;
}

TEST_P(streams_beside, R30_a_reader_that_takes_one_piece_and_no_more_leaves_the_others_theirs) {
    for (const bool at_once : {false, true})
        EXPECT_EQ(run(few(16, GetParam()), [=] { return take_one_and_leave(at_once); }), 0) << at_once;
}

/// Destroyed with all that they hold, some when their requests have been cancelled and some before.
task<int> destroy_unread(neglect kind) {
    for (int round = 0; round < 20; ++round) {
        connections unread = co_await leave_unread(kind);
        for (auto& each : unread) each->incoming.reset();
        while (this_shard::operations_in_flight() != 0) co_await yield();
        if (!co_await passes_messages(10)) co_return 1;
    }
    std::vector<buffer_lease> kept; // more often than there are spare ones, and all are here again
    unread_connection last;
    for (std::size_t i = 0; i < kind.buffers; ++i) {
        co_await last.send("x");
        auto piece = co_await timeout(10s, last.next());
        if (!piece) co_return 2;
    }
    while (kept.size() < kind.buffers) {
        co_await last.send("x");
        auto piece = co_await last.incoming->next();
        if (!piece || piece->size() != 1) co_return 3;
        kept.push_back(std::move(*piece));
    }
    co_await last.send("x"); // leases are not made up for
    auto none = co_await timeout(2ms, last.next());
    co_return !none && none.error() == make_error_code(errc::timed_out) ? 0 : 4;
}

TEST_P(streams_beside, P7_streams_that_were_left_unread_give_all_their_buffers_back) {
    for (const bool at_once : {false, true})
        EXPECT_EQ(run(few(16, GetParam()), [=] { return destroy_unread({4, 16, at_once}); }), 0) << at_once;
}

INSTANTIATE_TEST_SUITE_P(with, streams_beside, testing::Values(feature_use::best, feature_use::off));

/// Keeps all buffers of its shard as leases; then its runtime stops, and it asks for more.
task<std::error_code> ask_when_stopping(manual_event& ready) {
    unread_connection full;
    std::vector<buffer_lease> kept;
    for (int i = 0; i < 2; ++i) {
        co_await full.send("x");
        auto piece = co_await full.incoming->next();
        if (!piece) co_return piece.error();
        kept.push_back(std::move(*piece));
    }
    ready.set();
    auto first = co_await full.next(); // ended by the stop
    if (first || first.error() != errc::closed) co_return std::make_error_code(std::errc::protocol_error);
    auto again = co_await full.next();
    co_return again ? std::error_code() : again.error();
}

TEST(P9, a_stream_that_wants_a_buffer_while_its_runtime_stops_is_told_so) {
    runtime_options options = few(2, feature_use::best);
    options.stop_grace = 60'000ms; // so that it is an answer, and no end of patience
    const auto tested = start(options);
    manual_event ready;
    auto asked = tested->spawn(ask_when_stopping(ready), pinned{0});
    auto waits =
        tested->spawn([](manual_event& event) -> task<> { (void)co_await event.wait(); }(ready), pinned{0});
    std::move(waits).get();
    tested->stop();
    EXPECT_EQ(std::move(asked).get(), make_error_code(errc::closed));
}

/// Asks a stream that was held back, when its runtime stops.
task<std::error_code> ask_held_back_when_stopping(manual_event& ready) {
    connections unread = co_await leave_unread({1, 16, false});
    auto slept = spawn(
        [](manual_event& event) -> task<> {
            event.set();
            (void)co_await sleep_for(std::chrono::hours(1)); // until the stop
        }(ready),
        pinned{0});
    co_await std::move(slept);
    for (;;) {
        auto piece = co_await unread.front()->next();
        if (!piece) co_return piece.error();
    }
}

TEST(P9, a_stream_that_was_held_back_gives_what_it_has_and_then_that_its_runtime_stops) {
    runtime_options options = few(16, feature_use::best);
    options.stop_grace = 60'000ms;
    const auto tested = start(options);
    manual_event ready;
    auto asked = tested->spawn(ask_held_back_when_stopping(ready), pinned{0});
    auto waits =
        tested->spawn([](manual_event& event) -> task<> { (void)co_await event.wait(); }(ready), pinned{0});
    std::move(waits).get();
    tested->stop();
    EXPECT_EQ(std::move(asked).get(), make_error_code(errc::closed));
}

} // namespace
} // namespace spargio
