// fs::file: what is read and written, what opening and closing promise.
#include <spargio/spargio.hpp>

#include "tests/runtime/scratch_directory.hpp"

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <concepts>
#include <csignal>
#include <cstdlib>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

namespace spargio {
namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;
using path = std::filesystem::path;

std::span<const std::byte> bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }

std::string text_of(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

task<std::string> write_and_read_back(path where) {
    auto made = co_await fs::open_options().read().write().create_new().open(where);
    if (!made) co_return "open: " + made.error().message();
    auto written = co_await made->write_all_at(bytes_of("hello, file"), 0);
    if (!written) co_return "write: " + written.error().message();
    auto more = co_await made->write_at(bytes_of("F"), 7);
    if (!more || *more != 1) co_return "write_at";
    std::array<std::byte, 4> part{};
    auto came = co_await made->read_at(part, 7);
    if (!came) co_return "read: " + came.error().message();
    auto closed = co_await made->close();
    if (!closed) co_return "close: " + closed.error().message();
    co_return text_of(std::span(part).first(*came));
}

TEST(R40, what_was_written_at_an_offset_is_read_there) {
    const scratch_directory scratch;
    EXPECT_EQ(run({.shards = 1}, [&] { return write_and_read_back(scratch / "a"); }), "File");
    EXPECT_EQ(scratch_directory::contents_of(scratch / "a"), "hello, File");
}

task<std::error_code> open_with(fs::open_options options, path where) {
    auto opened = co_await options.open(where);
    if (opened) co_return std::error_code{};
    co_return opened.error();
}

TEST(R40, opening_does_what_the_options_say) {
    const scratch_directory scratch;
    const auto there = scratch.make_file("there", "abc");
    const auto missing = scratch / "missing";
    const auto open = [](fs::open_options options, const path& where) {
        return run({.shards = 1}, [&] { return open_with(options, where); });
    };
    EXPECT_EQ(open(fs::open_options().read(), missing), std::errc::no_such_file_or_directory);
    EXPECT_EQ(open(fs::open_options().write(), missing), std::errc::no_such_file_or_directory);
    EXPECT_EQ(open(fs::open_options().write().create_new(), there), std::errc::file_exists);
    EXPECT_EQ(open(fs::open_options(), there), std::errc::invalid_argument);
    EXPECT_EQ(open(fs::open_options().read().create(), there), std::errc::invalid_argument);
    EXPECT_EQ(open(fs::open_options().read().truncate(), there), std::errc::invalid_argument);
    EXPECT_EQ(open(fs::open_options().append().truncate(), there), std::errc::invalid_argument);
    EXPECT_EQ(open(fs::open_options().write().create(), path(std::string("a\0b", 3))),
              std::errc::invalid_argument);
    EXPECT_EQ(open(fs::open_options().write().create(), there), std::error_code{});
    EXPECT_EQ(scratch_directory::contents_of(there), "abc");
    EXPECT_EQ(open(fs::open_options().write().truncate(), there), std::error_code{});
    EXPECT_EQ(scratch_directory::contents_of(there), "");
    EXPECT_EQ(open(fs::open_options().write().create().mode(0600), missing), std::error_code{});
    EXPECT_EQ(std::filesystem::status(missing).permissions(), std::filesystem::perms(0600));
}

task<int> append(path where) {
    auto opened = co_await fs::open_options().append().open(where);
    if (!opened) co_return 1;
    if ((::fcntl(opened->number(), F_GETFD) & FD_CLOEXEC) == 0) co_return 2;
    auto written = co_await opened->write_all_at(bytes_of("def"), 0);
    co_return written ? 0 : 3;
}

TEST(R40, appending_writes_at_the_end_and_files_are_close_on_exec) {
    const scratch_directory scratch;
    const auto file = scratch.make_file("a", "abc");
    EXPECT_EQ(run({.shards = 1}, [&] { return append(file); }), 0);
    EXPECT_EQ(scratch_directory::contents_of(file), "abcdef");
}

task<int> read_exactly(path where) {
    auto opened = co_await fs::file::open(where);
    if (!opened) co_return 1;
    std::array<std::byte, 6> all{};
    auto whole = co_await opened->read_exact_at(all, 2);
    if (!whole || text_of(all) != "cdefgh") co_return 2;
    std::size_t done = 99;
    auto short_of = co_await opened->read_exact_at(all, 5, &done);
    if (short_of || short_of.error() != make_error_code(errc::ended_early)) co_return 3;
    if (done != 3) co_return 4;
    auto rest = co_await opened->read_to_end(3);
    if (!rest || text_of(*rest) != "defgh") co_return 5;
    auto behind = co_await opened->read_to_end(100);
    co_return behind && behind->empty() ? 0 : 6;
}

TEST(R40, reading_exactly_fills_the_buffer_or_says_where_the_file_ended) {
    const scratch_directory scratch;
    const auto file = scratch.make_file("a", "abcdefgh");
    EXPECT_EQ(run({.shards = 1}, [&] { return read_exactly(file); }), 0);
}

task<std::string> read_all(path where) {
    auto opened = co_await fs::file::open(where);
    if (!opened) co_return opened.error().message();
    auto contents = co_await opened->read_to_end();
    if (!contents) co_return contents.error().message();
    co_return text_of(*contents);
}

TEST(R40, a_file_that_does_not_say_how_long_it_is_is_read_to_its_end) {
    const auto lines = run({.shards = 1}, [] { return read_all("/proc/self/status"); });
    EXPECT_NE(lines.find("Threads:"), std::string::npos);
    EXPECT_EQ(lines.back(), '\n');
}

task<int> sizes_and_times(path where) {
    auto opened = co_await fs::open_options().read().write().open(where);
    if (!opened) co_return 1;
    auto longer = co_await opened->set_len(10);
    if (!longer) co_return 2;
    auto known = co_await opened->metadata();
    if (!known || known->size != 10 || !known->is_file() || known->links != 1) co_return 3;
    auto shorter = co_await opened->set_len(2);
    auto all = co_await opened->sync_all();
    auto data = co_await opened->sync_data();
    if (!shorter || !all || !data) co_return 4;
    auto too_long = co_await opened->set_len(~std::uint64_t{0});
    co_return too_long.error() == std::errc::invalid_argument ? 0 : 5;
}

TEST(R40, a_file_is_cut_and_stretched_and_says_what_it_is) {
    const scratch_directory scratch;
    const auto file = scratch.make_file("a", "abc");
    EXPECT_EQ(run({.shards = 1}, [&] { return sizes_and_times(file); }), 0);
    EXPECT_EQ(scratch_directory::contents_of(file), "ab");
}

task<std::error_code> write_too_much(path where, std::size_t bytes, std::size_t* done) {
    auto made = co_await fs::file::create(where);
    if (!made) co_return made.error();
    const std::vector<std::byte> much(bytes, std::byte{'x'});
    auto written = co_await made->write_all_at(much, 0, done);
    auto closed = co_await made->close();
    if (!closed) co_return closed.error();
    co_return written ? std::error_code{} : written.error();
}

TEST(P6, who_writes_all_learns_how_much_was_written_before_the_disk_was_full) {
    const scratch_directory scratch;
    // The limit is the process's: a child has it for itself.
    const auto body = [&] {
        ::signal(SIGXFSZ, SIG_IGN);
        const rlimit limit{100'000, 100'000};
        if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) std::exit(10);
        std::size_t done = 0;
        const auto error = run({.shards = 1}, [&] { return write_too_much(scratch / "a", 150'000, &done); });
        std::exit(error == std::errc::file_too_large && done == 100'000 ? 0 : 11);
    };
    EXPECT_EXIT(body(), testing::ExitedWithCode(0), "");
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

task<int> time_out() {
    pipe_ends pipe;
    const fs::file file = fs::file::from_fd(std::move(pipe.out));
    std::array<std::byte, 8> into{};
    const auto deadline = clock::now() + 3ms;
    auto late = co_await timeout_at(deadline, file.read_at(into, ops::current_position));
    if (late || late.error() != make_error_code(errc::timed_out)) co_return 1;
    if (clock::now() < deadline) co_return 2;
    if (::write(pipe.in.get(), "abc", 3) != 3) co_return 3;
    auto in_time = co_await timeout(1h, file.read_at(into, ops::current_position));
    if (!in_time || *in_time != 3) co_return 4;
    using in_place = descriptor_operation<timed_operation<ops::detail::tried_first<ops::read_request>>>;
    static_assert(std::same_as<decltype(timeout(1h, file.read_at(into, 0))), in_place>);
    co_return 0;
}

TEST(R33, a_read_of_a_file_has_a_deadline) {
    EXPECT_EQ(run({.shards = 1}, [] { return time_out(); }), 0);
}

task<int> direct(path where) {
    auto opened = co_await fs::open_options().read().direct().open(where);
    if (!opened) co_return opened.error() == std::errc::invalid_argument ? -1 : 1; // tmpfs before 6.6
    alignas(4096) static std::array<std::byte, 4096> into;
    auto count = co_await opened->read_at(into, 4096);
    if (!count || *count != into.size()) co_return 2;
    co_return into[0] == std::byte{'x'} && into[4095] == std::byte{'x'} ? 0 : 3;
}

TEST(R40, a_file_is_read_past_the_page_cache) {
    const scratch_directory scratch;
    const auto file = scratch.make_file("a", std::string(8192, 'x'));
    const int answer = run({.shards = 1}, [&] { return direct(file); });
    if (answer == -1) GTEST_SKIP() << "this file system has no O_DIRECT";
    EXPECT_EQ(answer, 0);
}

} // namespace
} // namespace spargio
