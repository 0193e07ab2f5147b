// Requests to the kernel as awaitables: what they answer, how they end, and what they never do.
#include <spargio/spargio.hpp>

#include "tests/runtime/start_runtime.hpp"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstring>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <liburing.h>

namespace spargio {
namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

std::span<const std::byte> bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }

struct pipe_ends {
    pipe_ends() {
        std::array<int, 2> numbers{};
        if (::pipe2(numbers.data(), O_CLOEXEC) != 0) throw std::runtime_error("pipe2");
        out = file_descriptor(numbers[0]);
        in = file_descriptor(numbers[1]);
    }
    file_descriptor out;
    file_descriptor in;
};

/// Until `count` operations of the runtime are with the kernel.
void wait_for_pending(const runtime_handle& of, std::uint64_t count) {
    while (of.stats().total().operations_pending != count) std::this_thread::yield();
}

task<int> write_and_read_back() {
    const file_descriptor file(::memfd_create("test", MFD_CLOEXEC));
    const std::string_view text = "twenty-four letters here";
    auto written = co_await ops::write(file.get(), bytes_of(text), 0);
    if (!written || *written != text.size()) co_return 1;
    std::array<std::byte, 64> back{};
    auto read = co_await ops::read(file.get(), back, 7);
    if (!read || *read != text.size() - 7) co_return 2;
    if (std::memcmp(back.data(), text.data() + 7, *read) != 0) co_return 3;
    auto at_end = co_await ops::read(file.get(), back, 1000);
    if (!at_end || *at_end != 0) co_return 4;
    co_return 0;
}

TEST(R24, what_was_written_is_read_back) {
    EXPECT_EQ(run({.shards = 1}, [] { return write_and_read_back(); }), 0);
}

task<int> move_parts() {
    const file_descriptor file(::memfd_create("test", MFD_CLOEXEC));
    char first[] = "abc";
    char second[] = "defgh";
    const std::array<iovec, 2> parts{iovec{first, 3}, iovec{second, 5}};
    auto written = co_await ops::writev(file.get(), parts, 2);
    if (!written || *written != 8) co_return 1;
    char back[8] = {};
    const std::array<iovec, 2> into{iovec{back, 2}, iovec{back + 2, 6}};
    auto read = co_await ops::readv(file.get(), into, 2);
    if (!read || *read != 8 || std::memcmp(back, "abcdefgh", 8) != 0) co_return 2;
    auto reserved = co_await ops::fallocate(file.get(), 0, 0, 5000);
    if (!reserved) co_return 3;
    struct ::statx found {};
    auto looked = co_await ops::statx(file.get(), "", AT_EMPTY_PATH, STATX_SIZE, found);
    if (!looked || found.stx_size != 5000) co_return 4;
    pipe_ends pipe;
    auto moved = co_await ops::splice(file.get(), 2, pipe.in.get(), -1, 8);
    if (!moved || *moved != 8) co_return 5;
    std::array<std::byte, 16> out{};
    auto came = co_await ops::read(pipe.out.get(), out);
    if (!came || *came != 8 || std::memcmp(out.data(), "abcdefgh", 8) != 0) co_return 6;
    auto synced = co_await ops::fsync(file.get(), ops::sync_kind::data);
    co_return synced ? 0 : 7;
}

TEST(R24, parts_are_written_read_spliced_and_room_is_reserved) {
    EXPECT_EQ(run({.shards = 1}, [] { return move_parts(); }), 0);
}

task<int> use_wrong_descriptor() {
    std::array<std::byte, 8> into{};
    auto answer = co_await ops::read(-1, into);
    if (answer) co_return 0;
    co_return answer.error() == std::errc::bad_file_descriptor ? EBADF : -1;
}

TEST(R24, an_error_of_the_kernel_is_its_errno) {
    EXPECT_EQ(run({.shards = 1}, [] { return use_wrong_descriptor(); }), EBADF);
}

task<std::error_code> read_from(int file) {
    std::array<std::byte, 8> into{};
    auto answer = co_await ops::read(file, into);
    if (answer) co_return std::error_code{};
    co_return answer.error();
}

TEST(R33, a_cancelled_task_gets_canceled_and_the_bytes_stay) {
    const auto tested = start({.shards = 1});
    pipe_ends pipe;
    auto reader = tested->spawn(read_from(pipe.out.get()), pinned{0});
    wait_for_pending(tested->handle(), 1);
    reader.cancel();
    const std::error_code error = std::move(reader).get();
    EXPECT_EQ(error, make_error_code(errc::canceled));
    EXPECT_EQ(error, std::errc::operation_canceled);
    EXPECT_EQ(::write(pipe.in.get(), "x", 1), 1);
    char left = 0;
    EXPECT_EQ(::read(pipe.out.get(), &left, 1), 1);
}

task<std::error_code> cancelled_before_it_reads(int file) {
    co_await this_task::cancelled();
    co_return co_await read_from(file);
}

TEST(R33, a_task_that_was_cancelled_before_begins_no_operation) {
    const auto tested = start({.shards = 1});
    pipe_ends pipe;
    ASSERT_EQ(::write(pipe.in.get(), "x", 1), 1);
    auto reader = tested->spawn(cancelled_before_it_reads(pipe.out.get()), pinned{0});
    reader.cancel();
    EXPECT_EQ(std::move(reader).get(), make_error_code(errc::canceled));
    EXPECT_EQ(tested->handle().stats().total().operations_submitted, 0u);
}

task<int> read_until(int file, clock::time_point deadline) {
    std::array<std::byte, 8> into{};
    auto answer = co_await timeout_at(deadline, ops::read(file, into));
    if (answer) co_return 1;
    if (answer.error() != make_error_code(errc::timed_out)) co_return 2;
    if (answer.error() != std::errc::timed_out) co_return 3;
    co_return clock::now() < deadline ? 4 : 0;
}

TEST(R33, a_deadline_ends_an_operation_and_not_before_its_time) {
    pipe_ends pipe;
    const int file = pipe.out.get();
    EXPECT_EQ(run({.shards = 1}, [file] { return read_until(file, clock::now() + 5ms); }), 0);
    EXPECT_EQ(run({.shards = 1, .spin = 0us}, [file] { return read_until(file, clock::now() + 5ms); }), 0);
    EXPECT_EQ(run({.shards = 1}, [file] { return read_until(file, clock::now() - 1s); }), 0);
}

task<std::size_t> read_in_time(int file) {
    std::array<std::byte, 8> into{};
    auto answer = co_await timeout(1h, ops::read(file, into));
    co_return answer ? *answer : 0;
}

TEST(R33, an_operation_in_time_leaves_no_timer_behind) {
    const auto tested = start({.shards = 1});
    pipe_ends pipe;
    auto reader = tested->spawn(read_in_time(pipe.out.get()), pinned{0});
    wait_for_pending(tested->handle(), 1);
    ASSERT_EQ(::write(pipe.in.get(), "abc", 3), 3);
    EXPECT_EQ(std::move(reader).get(), 3u);
    EXPECT_EQ(tested->handle().stats().total().timers_pending, 0u);
}

TEST(P9, a_stop_ends_what_is_in_flight_and_says_closed) {
    for (int round = 0; round < 20; ++round) {
        const auto tested = start({.shards = 2});
        pipe_ends pipe;
        std::vector<join_handle<std::error_code>> readers;
        for (std::uint32_t i = 0; i < 20; ++i)
            readers.push_back(tested->spawn(read_from(pipe.out.get()), pinned{i % 2}));
        wait_for_pending(tested->handle(), 20);
        tested->stop();
        for (auto& each : readers) EXPECT_EQ(std::move(each).get(), make_error_code(errc::closed));
    }
}

task<void> read_for_ever(int file, std::span<std::byte> into) {
    while (true) {
        auto answer = co_await ops::read(file, into);
        if (answer) continue;
        if (answer.error() != make_error_code(errc::closed)) continue;
        co_await this_task::cancelled(); // never comes: it is destroyed here
    }
}

TEST(P7, nothing_is_written_to_a_buffer_after_the_runtime_has_stopped) {
    std::array<std::byte, 64> into{};
    pipe_ends pipe;
    {
        const auto tested = start({.shards = 1, .stop_grace = 5ms});
        tested->spawn(read_for_ever(pipe.out.get(), into), pinned{0}).detach();
        wait_for_pending(tested->handle(), 1);
    }
    ASSERT_EQ(::write(pipe.in.get(), "xyz", 3), 3);
    char left = 0;
    EXPECT_EQ(::read(pipe.out.get(), &left, 1), 1);
    EXPECT_EQ(into[0], std::byte{0});
}

/// A read that nobody cancels while the runtime's grace lasts, as closing is.
struct deaf_read {
    using value_type = std::int32_t;
    static constexpr bool deaf = true;
    void prepare(io_uring_sqe& entry) noexcept { io_uring_prep_read(&entry, file, into.data(), 64, 0); }
    [[nodiscard]] std::int32_t take(std::int32_t result, std::uint32_t) const noexcept { return result; }
    int file;
    std::span<std::byte> into;
};

/// Says, when its frame is destroyed, what the kernel still works on.
struct last_look {
    ~last_look() { pending = of.stats().total().operations_pending; }
    runtime_handle of;
    std::uint64_t& pending;
};

task<void> waits_deaf(int file, std::uint64_t& pending) {
    std::array<std::byte, 64> into{};
    const last_look at_the_end{this_shard::context().handle(), pending};
    while (true) static_cast<void>(co_await operation<deaf_read>(deaf_read{file, into}));
}

TEST(P7, a_frame_is_destroyed_after_the_kernel_has_let_go_of_its_request) {
    pipe_ends pipe;
    std::uint64_t pending = 99;
    {
        const auto tested = start({.shards = 1, .stop_grace = 5ms});
        tested->spawn(waits_deaf(pipe.out.get(), pending), pinned{0}).detach();
        wait_for_pending(tested->handle(), 1);
    }
    EXPECT_EQ(pending, 0u);
}

/// Stealable tasks that are cancelled from outside while they wait: each must go on where it has asked.
task<int> waits_and_moves(int file) {
    std::array<std::byte, 8> into{};
    const auto before = this_shard::id();
    auto answer = co_await ops::read(file, into);
    if (answer || answer.error() != errc::canceled) co_return -1;
    co_return this_shard::id() == before ? 0 : 1;
}

task<int> cancel_elsewhere(int file) {
    int wrong = 0;
    for (int i = 0; i < 200; ++i) {
        auto waiting = spawn(waits_and_moves(file), stealable_preferred{0});
        while (this_shard::context().handle().stats().total().operations_pending == 0) co_await yield();
        waiting.cancel(); // from shard 1
        const int answer = co_await std::move(waiting);
        if (answer != 0) ++wrong;
    }
    co_return wrong;
}

TEST(P5, a_task_cancelled_from_another_shard_goes_on_on_its_own) {
    const auto tested = start({.shards = 2});
    pipe_ends pipe;
    auto canceller = tested->spawn(cancel_elsewhere(pipe.out.get()), pinned{1});
    EXPECT_EQ(std::move(canceller).get(), 0);
}

/// Stealable tasks that wait in turn.
task<int> keeps_its_shard(int rounds) {
    int moved = 0;
    for (int i = 0; i < rounds; ++i) {
        const auto before = this_shard::id();
        auto done = co_await ops::nop();
        if (!done) co_return -1;
        if (this_shard::id() != before) ++moved;
        co_await yield();
    }
    co_return moved;
}

TEST(P5, a_task_goes_on_on_the_shard_whose_ring_it_used) {
    const auto tested = start({.shards = 2});
    std::vector<join_handle<int>> tasks;
    for (int i = 0; i < 16; ++i) tasks.push_back(tested->spawn(keeps_its_shard(2000), stealable{}));
    for (auto& each : tasks) EXPECT_EQ(std::move(each).get(), 0);
    const auto total = tested->handle().stats().total();
    EXPECT_EQ(total.operations_submitted, 32'000u);
    EXPECT_EQ(total.operations_completed, 32'000u);
    EXPECT_EQ(total.operations_pending, 0u);
}

task<int> count_in_flight(int file) {
    auto reader = spawn(read_from(file), pinned{this_shard::id()});
    while (this_shard::operations_in_flight() == 0) co_await yield();
    const auto many = this_shard::operations_in_flight();
    reader.cancel();
    const std::error_code error = co_await std::move(reader);
    if (error != make_error_code(errc::canceled)) co_return -1;
    co_return static_cast<int>(many * 10 + this_shard::operations_in_flight());
}

TEST(R28, a_shard_knows_how_many_operations_are_with_the_kernel) {
    pipe_ends pipe;
    const int file = pipe.out.get();
    EXPECT_EQ(run({.shards = 1}, [file] { return count_in_flight(file); }), 10);
}

task<int> ask_raw(int file) {
    std::array<std::byte, 3> into{};
    auto answer = co_await ops::submit_raw(
        [file, &into](io_uring_sqe& entry) { io_uring_prep_read(&entry, file, into.data(), 3, 1); });
    if (!answer) co_return -1;
    co_return answer->result * 100 + static_cast<int>(into[0]);
}

TEST(R32, a_raw_request_is_filled_by_the_caller) {
    const file_descriptor file(::memfd_create("test", MFD_CLOEXEC));
    ASSERT_EQ(::write(file.get(), "abcdef", 6), 6);
    const int number = file.get();
    EXPECT_EQ(run({.shards = 1}, [number] { return ask_raw(number); }), 300 + 'b');
}

/// More operations at a time than the smallest rings have entries.
task<int> many_at_once(int file, int count) {
    std::vector<join_handle<std::error_code>> readers;
    for (int i = 0; i < count; ++i) readers.push_back(spawn(read_from(file), pinned{this_shard::id()}));
    while (this_shard::operations_in_flight() != static_cast<std::size_t>(count)) co_await yield();
    for (auto& each : readers) each.cancel();
    int right = 0;
    for (auto& each : readers) {
        const std::error_code error = co_await std::move(each);
        if (error == make_error_code(errc::canceled)) ++right;
    }
    co_return right;
}

TEST(P13, a_full_queue_loses_no_operation_and_no_cancellation) {
    pipe_ends pipe;
    const int file = pipe.out.get();
    EXPECT_EQ(
        run({.shards = 1, .ring_entries = 8, .cq_entries = 16}, [file] { return many_at_once(file, 500); }),
        500);
}

task<int> closes_when_cancelled(int file) {
    co_await this_task::cancelled();
    auto closed = co_await ops::close(file);
    co_return closed ? 0 : 1;
}

TEST(R33, a_cancelled_task_can_close_its_files) {
    const auto tested = start({.shards = 1});
    pipe_ends pipe;
    const int number = pipe.out.release();
    auto closer = tested->spawn(closes_when_cancelled(number), pinned{0});
    closer.cancel();
    EXPECT_EQ(std::move(closer).get(), 0);
    EXPECT_EQ(::fcntl(number, F_GETFD), -1);
}

} // namespace
} // namespace spargio
