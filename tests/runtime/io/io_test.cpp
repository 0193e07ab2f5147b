// Streams: whole buffers, lines, frames and copies, however the bytes come.
#include <spargio/spargio.hpp>

#include "tests/runtime/value_of.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <deque>
#include <numeric>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace spargio {
namespace {

std::span<const std::byte> bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }
std::string text_of(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// A stream that gives what it was told to in pieces as it was told, and takes at most `most` bytes at a time.
class scripted_stream {
public:
    explicit scripted_stream(std::initializer_list<std::string> pieces, std::size_t most = 3)
        : pieces_(pieces), most_(most) {}

    task<io_result<std::size_t>> read_some(std::span<std::byte> into) {
        ++reads;
        if (pieces_.empty() || into.empty()) co_return std::size_t{0};
        std::string& next = pieces_.front();
        if (next == "!") co_return std::unexpected(std::make_error_code(std::errc::connection_reset));
        const std::size_t count = std::min(next.size(), into.size());
        std::ranges::copy(bytes_of(next).first(count), into.begin());
        next.erase(0, count);
        if (next.empty()) pieces_.pop_front();
        co_return count;
    }
    task<io_result<std::size_t>> write_some(std::span<const std::byte> from) {
        ++writes;
        if (written.size() >= breaks_at)
            co_return std::unexpected(std::make_error_code(std::errc::broken_pipe));
        const std::size_t count = std::min(from.size(), most_);
        written += text_of(from.first(count));
        co_return count;
    }

    int reads = 0;
    int writes = 0;
    std::string written;
    std::size_t breaks_at = std::string::npos;

private:
    std::deque<std::string> pieces_;
    std::size_t most_;
};

static_assert(io::async_stream<scripted_stream>);
static_assert(io::half_closing_stream<net::tcp_stream>);
static_assert(io::half_closing_stream<net::unix_stream>);
static_assert(io::async_reader<io::buffered_reader<net::tcp_stream>>);
static_assert(io::async_writer<io::buffered_writer<net::tcp_stream>>);
static_assert(io::async_reader<io::read_half<net::tcp_stream>> &&
              !io::async_writer<io::read_half<net::tcp_stream>>);
static_assert(!io::async_reader<std::string>);

task<int> whole_buffers() {
    scripted_stream stream({"ab", "c", "defg"});
    std::array<std::byte, 5> five{};
    std::size_t done = 99;
    auto read = co_await io::read_exact(stream, five, &done);
    if (!read || done != 5 || text_of(five) != "abcde") co_return 1;
    auto beyond = co_await io::read_exact(stream, five, &done);
    if (beyond || beyond.error() != make_error_code(errc::ended_early) || done != 2) co_return 2;
    auto written = co_await io::write_all(stream, bytes_of("0123456789"), &done);
    if (!written || stream.written != "0123456789" || stream.writes != 4 || done != 10) co_return 3;
    stream.breaks_at = 16;
    auto broken = co_await io::write_all(stream, bytes_of("abcdefghij"), &done);
    if (broken || broken.error() != std::errc::broken_pipe || done != 6) co_return 4;
    co_return 0;
}

TEST(R44, whole_buffers_are_read_and_written_from_pieces) {
    EXPECT_EQ(run({.shards = 1}, [] { return whole_buffers(); }), 0);
}

/// Takes at most `most` bytes at a time, from as many parts as that reaches.
class stingy_writer {
public:
    task<io_result<std::size_t>> write_some(std::span<const std::byte> from) {
        const std::size_t count = std::min(from.size(), most);
        written += text_of(from.first(count));
        co_return count;
    }
    task<io_result<std::size_t>> write_some(std::span<const iovec> parts) {
        std::size_t room = most;
        for (const iovec& part : parts) {
            const std::size_t count = std::min(part.iov_len, room);
            written.append(static_cast<const char*>(part.iov_base), count);
            room -= count;
        }
        co_return most - room;
    }
    std::size_t most = 0;
    std::string written;
};

task<int> whole_lists() {
    for (const std::size_t most : {1u, 2u, 3u, 4u, 5u, 100u}) {
        std::string one = "one";
        std::string three = "three";
        std::string none;
        std::array<iovec, 4> parts{iovec{none.data(), 0}, iovec{one.data(), 3}, iovec{none.data(), 0},
                                   iovec{three.data(), 5}};
        stingy_writer writer;
        writer.most = most;
        std::size_t done = 0;
        auto written = co_await io::write_all(writer, std::span<iovec>(parts), &done);
        if (!written || done != 8 || writer.written != "onethree") co_return static_cast<int>(most);
    }
    co_return 0;
}

TEST(R44, several_buffers_are_written_whole) {
    EXPECT_EQ(run({.shards = 1}, [] { return whole_lists(); }), 0);
}

task<std::vector<std::string>> lines_of(scripted_stream stream, std::size_t capacity) {
    io::buffered_reader reader(stream, capacity);
    std::vector<std::string> all;
    for (;;) {
        auto line = co_await reader.read_line(16);
        if (!line) {
            all.push_back("error: " + line.error().message());
            if (line.error() != make_error_code(errc::does_not_fit)) break;
            continue;
        }
        if (!*line) break;
        all.push_back(**line);
    }
    co_return all;
}

TEST(R44, lines_come_as_they_were_however_they_are_cut) {
    using strings = std::vector<std::string>;
    for (const std::size_t capacity : {1u, 2u, 3u, 64u}) {
        EXPECT_EQ(run({.shards = 1},
                      [&] {
                          return lines_of(scripted_stream({"one\ntw", "o\r", "\n\nlast"}), capacity);
                      }),
                  (strings{"one", "two", "", "last"}))
            << capacity;
        EXPECT_EQ(run({.shards = 1},
                      [&] {
                          return lines_of(scripted_stream({"a\n", "!"}), capacity);
                      }),
                  (strings{"a", "error: Connection reset by peer"}));
        EXPECT_EQ(
            run({.shards = 1},
                [&] { return lines_of(scripted_stream({"fifteen letters\n0123456789abcdefg\n"}), capacity); }),
            (strings{"fifteen letters", "error: does not fit", "g"}));
        EXPECT_EQ(run({.shards = 1}, [&] { return lines_of(scripted_stream({}), capacity); }), strings{});
    }
}

task<int> read_through_a_buffer() {
    scripted_stream stream({"0123456789", "abcdefghij"});
    io::buffered_reader reader(stream, 8);
    std::array<std::byte, 3> three{};
    for (const std::string_view expected : {"012", "345", "67"}) {
        auto count = co_await reader.read_some(three);
        if (!count || text_of(std::span(three).first(*count)) != expected) co_return 1;
    }
    if (stream.reads != 1) co_return 2;
    std::array<std::byte, 16> large{};
    auto past = co_await reader.read_some(large); // not by way of the buffer
    if (!past || *past != 2 || !reader.buffered().empty()) co_return 3;
    auto shown = co_await reader.fill();
    if (!shown || text_of(*shown) != "abcdefgh") co_return 4;
    reader.consume(7);
    if (text_of(reader.buffered()) != "h") co_return 5;
    co_return 0;
}

TEST(R44, a_buffered_reader_reads_ahead_and_loses_nothing) {
    EXPECT_EQ(run({.shards = 1}, [] { return read_through_a_buffer(); }), 0);
}

task<int> write_through_a_buffer() {
    scripted_stream stream({}, 100);
    io::buffered_writer writer(stream, 8);
    for (const std::string_view piece : {"ab", "cd", "ef"}) {
        auto taken = co_await writer.write_some(bytes_of(piece));
        if (!taken || *taken != 2) co_return 1;
    }
    if (stream.writes != 0 || writer.pending() != 6) co_return 2;
    auto more = co_await writer.write_some(bytes_of("ghi"));
    if (!more || stream.written != "abcdef" || writer.pending() != 3) co_return 3;
    auto large = co_await writer.write_some(bytes_of("0123456789"));
    if (!large || stream.written != "abcdefghi0123456789" || stream.writes != 3) co_return 4;
    auto last = co_await writer.write_some(bytes_of("z"));
    auto flushed = co_await writer.flush();
    if (!last || !flushed || stream.written != "abcdefghi0123456789z" || writer.pending() != 0) co_return 5;
    auto nothing = co_await writer.flush();
    if (!nothing || stream.writes != 4) co_return 6;
    stream.breaks_at = 0;
    auto kept = co_await writer.write_some(bytes_of("kept"));
    auto failed = co_await writer.flush();
    co_return kept && !failed && writer.pending() == 4 ? 0 : 7;
}

TEST(R44, a_buffered_writer_gathers_and_keeps_what_could_not_be_written) {
    EXPECT_EQ(run({.shards = 1}, [] { return write_through_a_buffer(); }), 0);
}

task<int> frames() {
    scripted_stream out({}, 3);
    io::length_delimited sender(out, 8);
    for (const std::string_view frame : {"four", "", "8letters"}) {
        auto sent = co_await sender.write(bytes_of(frame));
        if (!sent) co_return 1;
    }
    auto too_long = co_await sender.write(bytes_of("9 letters"));
    if (too_long || too_long.error() != make_error_code(errc::does_not_fit)) co_return 2;
    if (out.written != std::string("\0\0\0\4four\0\0\0\0\0\0\0\10"
                                   "8letters",
                                   24))
        co_return 3;
    scripted_stream in({out.written.substr(0, 2), out.written.substr(2, 5), out.written.substr(7)});
    io::length_delimited receiver(in, 8);
    for (const std::string_view frame : {"four", "", "8letters"}) {
        auto came = co_await receiver.read();
        if (!came || !*came || text_of(**came) != frame) co_return 4;
    }
    auto end = co_await receiver.read();
    if (!end || *end) co_return 5;
    for (const auto& [bytes, expected] : {std::pair(std::string("\0\0\0\11nine bytes", 14), errc::does_not_fit),
                                          std::pair(std::string("\xff\xff\xff\xff", 4), errc::does_not_fit),
                                          std::pair(std::string("\0\0\0\4fo", 6), errc::ended_early),
                                          std::pair(std::string("\0\0", 2), errc::ended_early)}) {
        scripted_stream wrong({bytes});
        io::length_delimited reader(wrong, 8);
        auto came = co_await reader.read();
        if (came || came.error() != make_error_code(expected)) co_return 6;
    }
    co_return 0;
}

TEST(R44, frames_come_whole_and_none_is_longer_than_the_limit) {
    EXPECT_EQ(run({.shards = 1}, [] { return frames(); }), 0);
}

std::string long_text(std::size_t bytes) {
    std::string text(bytes, ' ');
    for (std::size_t i = 0; i < bytes; ++i) text[i] = static_cast<char>('a' + i * i % 26);
    return text;
}

template <class Stream>
task<> send_and_end(Stream& to, std::string text) {
    auto written = co_await io::write_all(to, bytes_of(text));
    value_of(std::move(written));
    auto ended = co_await to.end_writing();
    value_of(std::move(ended));
}

template <class Stream>
task<std::string> read_to_end(Stream& from) {
    std::string all;
    std::array<std::byte, 4096> buffer;
    for (;;) {
        auto count = co_await from.read_some(buffer);
        if (value_of(count) == 0) co_return all;
        all += text_of(std::span(buffer).first(*count));
    }
}

task<int> proxy(std::string there, std::string back) {
    auto [client, near_side] = value_of(net::unix_stream::pair());
    auto [far_side, server] = value_of(net::unix_stream::pair());
    auto proxied = spawn(io::copy_bidirectional(near_side, far_side), pinned{0});
    auto sender = spawn(send_and_end(client, there), pinned{1});
    auto answerer = spawn(send_and_end(server, back), pinned{0});
    auto at_server = spawn(read_to_end(server), pinned{1});
    const std::string at_client = co_await read_to_end(client);
    const std::string came = co_await std::move(at_server);
    co_await std::move(sender);
    co_await std::move(answerer);
    const io::copied result = co_await std::move(proxied);
    if (result.error || result.first_to_second != there.size() || result.second_to_first != back.size())
        co_return 1;
    co_return came == there&& at_client == back ? 0 : 2;
}

TEST(R44, a_proxy_carries_both_directions_to_their_ends) {
    EXPECT_EQ(run({.shards = 2}, [] { return proxy(long_text(3'000'000), long_text(1'000'001)); }), 0);
    EXPECT_EQ(run({.shards = 2}, [] { return proxy("", "only back"); }), 0);
}

task<int> copy_to_a_broken_one() {
    scripted_stream from({"0123456789", "abcdefghij"});
    scripted_stream to({}, 4);
    to.breaks_at = 13;
    std::uint64_t done = 0;
    auto copied = co_await io::copy(from, to, &done);
    if (copied || copied.error() != std::errc::broken_pipe || done != to.written.size()) co_return 1;
    scripted_stream source({"0123456789", "abcdefghij"});
    scripted_stream sink({}, 4);
    auto all = co_await io::copy(source, sink);
    co_return all&&* all == 20 && sink.written == "0123456789abcdefghij" ? 0 : 2;
}

TEST(R44, copying_counts_what_was_written) {
    EXPECT_EQ(run({.shards = 1}, [] { return copy_to_a_broken_one(); }), 0);
}

task<> send_half(io::write_half<net::unix_stream> to, std::string text) {
    co_await send_and_end(to, std::move(text));
}

task<std::string> through_halves() {
    auto [first, second] = value_of(net::unix_stream::pair());
    auto halves = io::split(std::move(first));
    auto other = io::split(std::move(second));
    auto sender = spawn(send_half(std::move(halves.second), "by halves"), pinned{1});
    auto answerer = spawn(send_half(std::move(other.second), ", and back"), pinned{0});
    std::string all = co_await read_to_end(other.first);
    all += co_await read_to_end(halves.first);
    co_await std::move(sender);
    co_await std::move(answerer);
    co_return all;
}

TEST(R44, the_halves_of_a_stream_go_their_own_ways) {
    EXPECT_EQ(run({.shards = 2}, [] { return through_halves(); }), "by halves, and back");
}

task<int> cancel_a_proxy(runtime_handle handle) {
    auto [client, near_side] = value_of(net::unix_stream::pair());
    auto [far_side, server] = value_of(net::unix_stream::pair());
    auto proxied = spawn(io::copy_bidirectional(near_side, far_side), pinned{0});
    while (handle.stats().total().operations_pending < 2) co_await yield();
    proxied.cancel();
    const io::copied result = co_await std::move(proxied);
    if (result.error != make_error_code(errc::canceled)) co_return 1;
    co_return this_shard::operations_in_flight() == 0 ? 0 : 2;
}

TEST(R44, a_cancelled_proxy_leaves_nothing_in_flight) {
    auto tested = runtime::start({.shards = 1});
    ASSERT_TRUE(tested.has_value());
    auto done = (*tested)->spawn(cancel_a_proxy((*tested)->handle()), pinned{0});
    EXPECT_EQ(std::move(done).get(), 0);
}

} // namespace
} // namespace spargio
