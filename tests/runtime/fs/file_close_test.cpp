// P8: a file is closed when nothing is in flight any more, and its number means no other file before.
#include <spargio/spargio.hpp>

#include "tests/runtime/scratch_directory.hpp"
#include "tests/runtime/start_runtime.hpp"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

namespace spargio {
namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;
using path = std::filesystem::path;

task<int> use_when_closed(path where) {
    auto opened = co_await fs::file::open(where);
    if (!opened) co_return 1;
    const int number = opened->number();
    auto closed = co_await opened->close();
    if (!closed || *opened || opened->number() != -1) co_return 2;
    if (::fcntl(number, F_GETFD) != -1) co_return 3;
    std::array<std::byte, 4> into{};
    auto read = co_await opened->read_at(into, 0);
    if (read || read.error() != std::errc::bad_file_descriptor) co_return 4;
    auto known = co_await opened->metadata();
    if (known || known.error() != std::errc::bad_file_descriptor) co_return 5;
    auto sized = co_await opened->set_len(1);
    if (sized || sized.error() != std::errc::bad_file_descriptor) co_return 6;
    auto again = co_await opened->close();
    if (again || again.error() != std::errc::bad_file_descriptor) co_return 7;
    const fs::file none;
    auto of_none = co_await none.sync_all();
    co_return of_none ? 8 : 0;
}

TEST(P8, a_closed_file_answers_bad_file_descriptor) {
    const scratch_directory scratch;
    const auto file = scratch.make_file("a", "abc");
    EXPECT_EQ(run({.shards = 1}, [&] { return use_when_closed(file); }), 0);
}

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

task<std::size_t> read_some(const fs::file& from, std::error_code* error = nullptr) {
    std::array<std::byte, 8> into{};
    auto count = co_await from.read_at(into, ops::current_position);
    if (!count && error != nullptr) *error = count.error();
    co_return count ? *count : 99;
}

/// A pipe that nobody writes to keeps an operation in flight for as long as the test likes.
task<int> close_while_in_use(runtime_handle handle, std::uint32_t reader_shard) {
    pipe_ends pipe;
    fs::file file = fs::file::from_fd(std::move(pipe.out));
    const int number = file.number();
    auto reader = spawn(read_some(file), pinned{reader_shard});
    while (handle.stats().total().operations_pending == 0) co_await yield();
    auto closer = spawn(file.close(), pinned{0});
    // Once it refuses, it is closing: and it must not have closed.
    std::array<std::byte, 8> into{};
    for (;;) {
        auto refused = co_await timeout_at(clock::now(), file.read_at(into, ops::current_position));
        if (refused) co_return 1;
        if (refused.error() == std::errc::bad_file_descriptor) break;
        co_await yield();
    }
    for (int i = 0; i < 100; ++i) co_await yield();
    if (closer.ready()) co_return 2;
    if (::fcntl(number, F_GETFD) == -1) co_return 3;
    if (::write(pipe.in.get(), "abc", 3) != 3) co_return 4;
    const auto count = co_await std::move(reader);
    auto closed = co_await std::move(closer);
    if (count != 3 || !closed) co_return 5;
    co_return ::fcntl(number, F_GETFD) == -1 ? 0 : 6;
}

TEST(P8, close_waits_for_what_is_in_flight_and_refuses_what_comes) {
    const auto tested = start({.shards = 2});
    for (std::uint32_t shard = 0; shard < 2; ++shard)
        for (int i = 0; i < 20; ++i) {
            auto result = tested->spawn(close_while_in_use(tested->handle(), shard), pinned{0});
            ASSERT_EQ(std::move(result).get(), 0);
        }
}

task<int> cancel_a_close(runtime_handle handle) {
    pipe_ends pipe;
    fs::file file = fs::file::from_fd(std::move(pipe.out));
    const int number = file.number();
    auto reader = spawn(read_some(file), pinned{0});
    while (handle.stats().total().operations_pending == 0) co_await yield();
    auto closer = spawn(file.close(), pinned{0});
    while (!closer.ready()) {
        closer.cancel();
        co_await yield();
    }
    auto closed = co_await std::move(closer);
    if (closed || closed.error() != make_error_code(errc::canceled)) co_return 1;
    if (::fcntl(number, F_GETFD) == -1) co_return 2;
    if (::write(pipe.in.get(), "abc", 3) != 3) co_return 3;
    const auto count = co_await std::move(reader);
    if (count != 3) co_return 4;
    co_return ::fcntl(number, F_GETFD) == -1 ? 0 : 5;
}

TEST(P8, a_close_that_is_cancelled_leaves_the_closing_to_the_last_operation) {
    const auto tested = start({.shards = 1});
    auto result = tested->spawn(cancel_a_close(tested->handle()), pinned{0});
    EXPECT_EQ(std::move(result).get(), 0);
}

/// Says when it needs the object no more.
task<std::size_t> read_and_say(const fs::file& from, std::atomic<bool>& begun) {
    std::array<std::byte, 8> into{};
    auto reading = from.read_at(into, ops::current_position);
    begun.store(true, std::memory_order_release);
    auto count = co_await reading;
    co_return count ? *count : 99;
}

task<int> drop_while_in_use(runtime_handle handle) {
    pipe_ends pipe;
    auto file = std::make_unique<fs::file>(fs::file::from_fd(std::move(pipe.out)));
    const int number = file->number();
    std::atomic<bool> begun{false};
    auto reader = spawn(read_and_say(*file, begun), pinned{1});
    while (!begun.load(std::memory_order_acquire)) co_await yield();
    while (handle.stats().total().operations_pending == 0) co_await yield();
    file.reset();
    if (::fcntl(number, F_GETFD) == -1) co_return 1;
    if (::write(pipe.in.get(), "abc", 3) != 3) co_return 2;
    const auto count = co_await std::move(reader);
    if (count != 3) co_return 3;
    co_return ::fcntl(number, F_GETFD) == -1 ? 0 : 4;
}

TEST(P8, a_file_that_is_dropped_in_use_is_closed_by_its_last_operation) {
    const auto tested = start({.shards = 2});
    auto result = tested->spawn(drop_while_in_use(tested->handle()), pinned{0});
    EXPECT_EQ(std::move(result).get(), 0);
}

TEST(P8, a_stop_leaves_no_descriptor_open) {
    pipe_ends pipe;
    const int number = ::dup(pipe.out.get());
    {
        const auto tested = start({.shards = 2, .stop_grace = 1min});
        const fs::file file = fs::file::from_fd(file_descriptor(number));
        std::error_code error;
        auto reader = tested->spawn(read_some(file, &error), pinned{1});
        while (tested->handle().stats().total().operations_pending == 0) std::this_thread::yield();
        tested->stop();
        EXPECT_EQ(std::move(reader).get(), 99u);
        EXPECT_EQ(error, make_error_code(errc::closed));
    }
    EXPECT_EQ(::fcntl(number, F_GETFD), -1);
}

/// Readers on every shard while one closes and opens again: a read sees its own file or is refused.
task<int> read_until_refused(const fs::file& file, char expected) {
    std::array<std::byte, 16> into{};
    for (;;) {
        auto count = co_await file.read_at(into, 0);
        if (!count) co_return count.error() == std::errc::bad_file_descriptor ? 0 : 1;
        if (*count != into.size()) co_return 2;
        for (const std::byte each : into)
            if (each != static_cast<std::byte>(expected)) co_return 3;
        co_await yield();
    }
}

task<int> churn(path directory, int rounds) {
    for (int round = 0; round < rounds; ++round) {
        const char letter = static_cast<char>('a' + round % 2);
        auto opened = co_await fs::file::open(directory / std::string(1, letter));
        if (!opened) co_return 10;
        std::vector<join_handle<int>> readers;
        for (std::uint32_t i = 0; i < 8; ++i)
            readers.push_back(spawn(read_until_refused(*opened, letter), pinned{i % 2}));
        for (int i = 0; i < round % 7; ++i) co_await yield();
        auto closed = co_await opened->close();
        if (!closed) co_return 11;
        for (auto& each : readers) {
            const int answer = co_await std::move(each);
            if (answer != 0) co_return answer;
        }
    }
    co_return 0;
}

TEST(P8, a_read_never_reaches_the_file_that_got_the_number_next) {
    const scratch_directory scratch;
    scratch.make_file("a", std::string(16, 'a'));
    scratch.make_file("b", std::string(16, 'b'));
    EXPECT_EQ(run({.shards = 2}, [&] { return churn(scratch.path(), 300); }), 0);
}

} // namespace
} // namespace spargio
