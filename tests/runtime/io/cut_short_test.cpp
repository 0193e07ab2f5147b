// Algorithms over streams that are cancelled, or that the stream fails, in the middle: nothing that came is
// lost.
#include <spargio/spargio.hpp>

#include "tests/runtime/value_of.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace spargio {
namespace {

using namespace std::chrono_literals;

std::span<const std::byte> bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }
std::string text_of(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Writes to the other end, and waits for the bytes to be there.
task<> say(net::unix_stream& to, std::string text) {
    auto written = co_await io::write_all(to, bytes_of(text));
    value_of(std::move(written));
}

/// Cut when everything has come that was said: the deadline is far behind that, as each read is at once.
template <class T>
task<bool> is_cut(task<io_result<T>> work) {
    auto answer = co_await timeout(20ms, std::move(work));
    co_return !answer && answer.error() == make_error_code(errc::timed_out);
}

task<int> cut_lines(std::size_t capacity) {
    auto [ours, theirs] = value_of(net::unix_stream::pair());
    io::buffered_reader reader(ours, capacity);
    co_await say(theirs, "one\nhel");
    auto first = co_await reader.read_line();
    if (!first || **first != "one") co_return 1;
    for (const std::string_view more : {"lo ", "", "wor"}) {
        auto work = reader.read_line();
        if (const bool cut = co_await is_cut(std::move(work)); !cut) co_return 2;
        co_await say(theirs, std::string(more));
    }
    co_await say(theirs, "ld\nlast");
    auto second = co_await reader.read_line();
    if (!second || **second != "hello world") co_return 3;
    auto piece = std::string("kept:");
    auto until = reader.read_until(';', piece, 100);
    if (const bool cut = co_await is_cut(std::move(until)); !cut || piece != "kept:") co_return 4;
    auto ended = co_await theirs.end_writing();
    auto third = co_await reader.read_line();
    if (!ended || !third || **third != "last") co_return 5;
    auto none = co_await reader.read_line();
    co_return none && !*none ? 0 : 6;
}

TEST(R44, a_line_that_a_timeout_cut_is_whole_when_it_is_asked_for_again) {
    for (const std::size_t capacity : {1u, 4u, 8192u})
        EXPECT_EQ(run({.shards = 1}, [=] { return cut_lines(capacity); }), 0) << capacity;
}

task<int> cut_buffers(std::size_t capacity) {
    auto [ours, theirs] = value_of(net::unix_stream::pair());
    io::buffered_reader reader(ours, capacity);
    std::array<std::byte, 12> into{};
    std::size_t done = 99;
    co_await say(theirs, "x\nhel");
    auto line = co_await reader.read_line();
    if (!line || **line != "x") co_return 1;
    auto work = io::read_exact(reader, std::span<std::byte>(into), &done);
    if (const bool cut = co_await is_cut(std::move(work)); !cut || done != 0) co_return 2;
    co_await say(theirs, "lo world!!");
    auto whole = co_await io::read_exact(reader, std::span<std::byte>(into), &done);
    if (!whole || done != 12 || text_of(into) != "hello world!") co_return 3;
    auto ended = co_await theirs.end_writing();
    auto early = co_await io::read_exact(reader, std::span<std::byte>(into), &done);
    if (!ended || early || early.error() != make_error_code(errc::ended_early) || done != 0) co_return 4;
    co_return text_of(reader.buffered()) == "!" ? 0 : 5;
}

TEST(R44, a_buffer_that_was_not_filled_leaves_what_came_in_the_reader) {
    for (const std::size_t capacity : {1u, 4u, 8192u})
        EXPECT_EQ(run({.shards = 1}, [=] { return cut_buffers(capacity); }), 0) << capacity;
}

task<int> cut_frames() {
    auto [ours, theirs] = value_of(net::unix_stream::pair());
    io::length_delimited frames(ours);
    const std::string sent("\0\0\0\5hello\0\0\0\3you", 16);
    for (std::size_t i = 0; i < 8; ++i) { // within the length, and within the frame
        co_await say(theirs, sent.substr(i, 1));
        auto work = frames.read();
        if (const bool cut = co_await is_cut(std::move(work)); !cut) co_return 1;
    }
    co_await say(theirs, sent.substr(8));
    auto first = co_await frames.read();
    if (!first || text_of(**first) != "hello") co_return 2;
    auto second = co_await frames.read();
    co_return second&& text_of(**second) == "you" ? 0 : 3;
}

TEST(R44, a_frame_that_a_timeout_cut_is_whole_when_it_is_asked_for_again) {
    EXPECT_EQ(run({.shards = 1}, [] { return cut_frames(); }), 0);
}

/// Takes so many bytes, then says that it is broken; counts its calls.
class breaking_writer {
public:
    explicit breaking_writer(std::size_t room) : room_(room) {}
    task<io_result<std::size_t>> write_some(std::span<const std::byte> from) {
        ++writes;
        if (written.size() == room_) co_return std::unexpected(std::make_error_code(std::errc::io_error));
        const std::size_t count = std::min(from.size(), room_ - written.size());
        written += text_of(from.first(count));
        co_return count;
    }
    int writes = 0;
    std::string written;

private:
    std::size_t room_;
};

task<int> nothing_behind_half_a_frame() {
    for (const std::size_t room : {2u, 4u, 6u}) {
        breaking_writer cut(room);
        io::length_delimited frames(cut);
        auto first = co_await frames.write(bytes_of("hello"));
        if (first || first.error() != std::errc::io_error) co_return 1;
        const int before = cut.writes;
        auto second = co_await frames.write(bytes_of("again"));
        if (second || second.error() != std::errc::broken_pipe || cut.writes != before) co_return 2;
    }
    breaking_writer whole(0);
    io::length_delimited untouched(whole);
    auto nothing = co_await untouched.write(bytes_of("hello"));
    auto again = co_await untouched.write(bytes_of("hello"));
    co_return !nothing && !again && again.error() == std::errc::io_error ? 0 : 3;
}

TEST(R44, nothing_is_sent_behind_half_a_frame) {
    EXPECT_EQ(run({.shards = 1}, [] { return nothing_behind_half_a_frame(); }), 0);
}

/// Counts how many calls a frame takes.
class counting_writer {
public:
    task<io_result<std::size_t>> write_some(std::span<const std::byte> from) {
        ++writes;
        co_return from.size();
    }
    task<io_result<std::size_t>> write_some(std::span<const iovec> parts) {
        ++writes;
        std::size_t sum = 0;
        for (const iovec& each : parts) sum += each.iov_len;
        co_return sum;
    }
    int writes = 0;
};

task<int> count_writes_of_a_frame() {
    counting_writer to;
    io::length_delimited frames(to);
    auto sent = co_await frames.write(bytes_of("hello"));
    auto empty = co_await frames.write({});
    co_return sent&& empty ? to.writes : -1;
}

TEST(R44, a_frame_leaves_in_one_write_where_the_stream_takes_several_buffers) {
    EXPECT_EQ(run({.shards = 1}, [] { return count_writes_of_a_frame(); }), 2);
}

task<int> copy_to_who_breaks() {
    auto [ours, theirs] = value_of(net::unix_stream::pair());
    co_await say(theirs, "line\nhello world");
    io::buffered_reader reader(ours);
    auto line = co_await reader.read_line();
    breaking_writer to(5);
    std::uint64_t done = 0;
    auto copied = co_await io::copy(reader, to, &done);
    if (!line || copied || copied.error() != std::errc::io_error || done != 5) co_return 1;
    co_return to.written == "hello" && text_of(reader.buffered()) == " world" ? 0 : 2;
}

TEST(R44, a_copy_that_failed_leaves_what_it_could_not_write_in_the_reader) {
    EXPECT_EQ(run({.shards = 1}, [] { return copy_to_who_breaks(); }), 0);
}

task<int> put_back() {
    auto [ours, theirs] = value_of(net::unix_stream::pair());
    io::buffered_reader reader(ours, 8);
    co_await say(theirs, "defg");
    auto there = co_await reader.fill();
    if (!there) co_return 1;
    reader.unread(bytes_of("abc"));
    reader.unread({});
    if (text_of(reader.buffered()) != "abcdefg") co_return 2;
    reader.consume(2);
    reader.unread(bytes_of("0123456789"));
    co_return text_of(reader.buffered()) == "0123456789cdefg" ? 0 : 3;
}

TEST(R44, what_is_put_back_comes_first) {
    EXPECT_EQ(run({.shards = 1}, [] { return put_back(); }), 0);
}

} // namespace
} // namespace spargio
