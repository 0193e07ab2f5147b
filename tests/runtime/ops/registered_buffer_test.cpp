// R31: buffers that are registered with a shard's ring give the right bytes wherever they are used, stay while
// the kernel has them, and give their place back from everywhere.
#include <spargio/detail/ring/fault_plan.hpp>
#include <spargio/spargio.hpp>

#include "tests/runtime/ops/registered_buffers.hpp"
#include "tests/runtime/scratch_directory.hpp"
#include "tests/runtime/start_runtime.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace spargio {
namespace {

using namespace std::chrono_literals;
using path = std::filesystem::path;
/// Counts the requests of either kind that go to the rings, and changes none.
class counting_plan : public detail::fault_plan {
public:
    counting_plan() { install(this); }
    counting_plan(const counting_plan&) = delete;
    counting_plan& operator=(const counting_plan&) = delete;
    ~counting_plan() { install(nullptr); }

    std::optional<std::int32_t> judge(io_uring_sqe& entry) noexcept override {
        if (entry.opcode == IORING_OP_READ_FIXED || entry.opcode == IORING_OP_WRITE_FIXED) ++fixed;
        if (entry.opcode == IORING_OP_READ || entry.opcode == IORING_OP_WRITE) ++plain;
        return std::nullopt;
    }

    std::atomic<int> fixed{0};
    std::atomic<int> plain{0};
};

/// Through two buffers and a file, whole and in part.
task<int> there_and_back(registered_buffer& from, registered_buffer& into, path where) {
    auto opened = co_await fs::open_options().read().write().create().open(where);
    if (!opened) co_return 1;
    fill(from.bytes(), 3);
    auto written = co_await opened->write_at(from, 0);
    if (!written || *written != from.size()) co_return 2;
    auto read = co_await opened->read_at(into, 0);
    if (!read || *read != from.size() || !is_filled(into.bytes().first(*read), 3)) co_return 3;
    std::ranges::fill(into.bytes(), std::byte{0});
    auto some = co_await opened->read_at(into.part(100, 50), 1000);
    if (!some || *some != 50 || !is_filled(into.bytes().subspan(100, 50), 3, 1000)) co_return 4;
    if (into.bytes()[99] != std::byte{0} || into.bytes()[150] != std::byte{0}) co_return 5;
    auto few = co_await opened->write_at(from.part(5, 3), 2 * page);
    if (!few || *few != 3) co_return 6;
    auto at_end = co_await opened->read_at(into, 2 * page);
    if (!at_end || *at_end != 3 || !is_filled(into.bytes().first(3), 3, 5)) co_return 7;
    auto behind = co_await opened->read_at(into, 9 * page);
    co_return behind&&* behind == 0 ? 0 : 8;
}

task<int> there_and_back_on(std::uint32_t buffers_of, std::uint32_t user, path where) {
    auto from = co_await spawn(make_one(2 * page), pinned{buffers_of});
    auto into = co_await spawn(make_one(2 * page), pinned{buffers_of});
    if (!from || !into) co_return 20;
    if (from->is_registered() != kernel_registers()) co_return 21;
    auto used = spawn(there_and_back(*from, *into, where), pinned{user});
    co_return co_await std::move(used);
}

TEST(R31, registered_buffers_carry_the_right_bytes_both_ways_by_requests_that_name_their_place) {
    const scratch_directory scratch;
    const bool registers = kernel_registers();
    const auto tested = start({.shards = 2});
    const counting_plan plan;
    EXPECT_EQ(tested->spawn(there_and_back_on(0, 0, scratch / "a"), pinned{0}).get(), 0);
    EXPECT_EQ(plan.fixed.load(), registers ? 6 : 0);
    EXPECT_EQ(plan.plain.load(), registers ? 0 : 6);
}

TEST(R31, on_the_ring_of_another_shard_they_are_plain_buffers_with_the_same_bytes) {
    const scratch_directory scratch;
    const bool registers = kernel_registers();
    const auto tested = start({.shards = 2});
    const counting_plan plan;
    EXPECT_EQ(tested->spawn(there_and_back_on(1, 0, scratch / "a"), pinned{0}).get(), 0);
    EXPECT_EQ(plan.fixed.load(), 0);
    EXPECT_EQ(plan.plain.load(), 6);
    // The way back to the ring that knows them.
    EXPECT_EQ(tested->spawn(there_and_back_on(1, 1, scratch / "b"), pinned{0}).get(), 0);
    EXPECT_EQ(plan.fixed.load(), registers ? 6 : 0);
}

TEST(R31, what_is_cached_needs_no_ring_and_a_deadline_may_stand_over_either) {
    const scratch_directory scratch;
    const auto where = scratch.make_file("a", std::string(page, 'x'));
    const auto body = [](path file) -> task<int> {
        auto opened = co_await fs::file::open(file);
        auto buffer = registered_buffer::make(page);
        if (!opened || !buffer) co_return 1;
        auto read = co_await opened->read_at(*buffer, 0);
        if (!read || *read != page || buffer->bytes()[7] != std::byte{'x'}) co_return 2;
        pipe_ends pipe;
        const auto from = fs::file::from_fd(std::move(pipe.out));
        const auto soon = std::chrono::steady_clock::now() + 1ms;
        auto timed = co_await timeout_at(soon, from.read_at(*buffer, ops::current_position));
        if (timed || timed.error() != make_error_code(errc::timed_out)) co_return 3;
        const registered_buffer none;
        auto nothing = co_await opened->read_at(none, 0);
        co_return nothing&&* nothing == 0 ? 0 : 4;
    };
    const auto tested = start({.shards = 1});
    EXPECT_EQ(tested->spawn(body(where)).get(), 0);
    EXPECT_GE(tested->handle().stats().total().operations_at_once, 1u);
}

TEST(R31, direct_files_go_straight_to_the_ring) {
    const scratch_directory scratch;
    const auto where = scratch.make_file("a", std::string(2 * page, 'x'));
    const int number = ::open(where.c_str(), O_RDWR | O_DIRECT | O_CLOEXEC);
    if (number < 0) GTEST_SKIP() << "no direct transfers in " << where;
    const auto body = [](fs::file file) -> task<int> {
        auto buffer = registered_buffer::make(page);
        if (!buffer) co_return 1;
        auto read = co_await file.read_at(*buffer, page);
        if (!read || *read != page || buffer->bytes()[page - 1] != std::byte{'x'}) co_return 2;
        fill(buffer->bytes(), 9);
        auto written = co_await file.write_at(*buffer, 0);
        if (!written || *written != page) co_return 3;
        std::ranges::fill(buffer->bytes(), std::byte{0});
        read = co_await file.read_at(*buffer, 0);
        co_return read&&* read == page&& is_filled(buffer->bytes(), 9) ? 0 : 4;
    };
    const auto tested = start({.shards = 1});
    EXPECT_EQ(tested->spawn(body(fs::file::from_fd(file_descriptor(number)))).get(), 0);
    EXPECT_EQ(tested->handle().stats().total().operations_at_once, 0u);
    EXPECT_EQ(tested->handle().stats().total().operations_submitted, 3u);
}

TEST(R31, a_buffer_that_finds_the_table_full_is_a_plain_one_until_a_place_comes_back) {
    if (!kernel_registers()) GTEST_SKIP() << "no table here";
    const scratch_directory scratch;
    const auto body = [](runtime_handle handle, path where) -> task<int> {
        auto first = registered_buffer::make(page);
        auto second = registered_buffer::make(page);
        auto third = registered_buffer::make(page);
        if (!first || !second || !third) co_return 1;
        if (!first->is_registered() || !second->is_registered() || third->is_registered()) co_return 2;
        if (handle.stats().total().buffers_registered != 2) co_return 3;
        if (handle.stats().total().buffers_plain != 1) co_return 4;
        third->reset();
        third = registered_buffer::make(2 * page);
        if (!third || third->is_registered()) co_return 5; // a plain one has no place to give back
        auto fourth = registered_buffer::make(2 * page);
        if (!fourth) co_return 6;
        auto both = co_await there_and_back(*third, *fourth, where);
        if (both != 0) co_return both + 20;
        first->reset();
        auto next = registered_buffer::make(page);
        co_return next && next->is_registered() && handle.stats().total().buffers_registered == 2 ? 0 : 7;
    };
    const auto tested = start({.shards = 1, .registered_buffers = 2});
    EXPECT_EQ(tested->spawn(body(tested->handle(), scratch / "a")).get(), 0);
    EXPECT_EQ(tested->handle().stats().total().buffers_registered, 0u);
}

TEST(R31, without_places_every_buffer_is_plain_and_features_say_so) {
    const scratch_directory scratch;
    const auto tested = start({.shards = 1, .registered_buffers = 0});
    EXPECT_FALSE(tested->features().registered_buffers);
    const auto body = [](path where) -> task<int> {
        auto from = registered_buffer::make(2 * page);
        auto into = registered_buffer::make(2 * page);
        if (!from || !into || from->is_registered() || into->is_registered()) co_return 20;
        auto refused = registered_buffer::make(0);
        if (refused || refused.error() != std::errc::invalid_argument) co_return 21;
        auto answer = co_await there_and_back(*from, *into, where);
        co_return answer;
    };
    EXPECT_EQ(tested->spawn(body(scratch / "a")).get(), 0);
    EXPECT_EQ(tested->handle().stats().total().buffers_plain, 2u);
}

/// What runs as a user without privileges, who may lock a MiB more than this runtime takes.
int without_privileges(const std::function<int()>& body) {
    const pid_t child = fork();
    if (child == 0) {
        const rlimit memory{4u << 20, 4u << 20};
        bool limited = setrlimit(RLIMIT_MEMLOCK, &memory) == 0;
        const auto own = static_cast<uid_t>(200'000 + getpid()); // what a user has locked counts over processes
        if (getuid() == 0) limited = limited && (setuid(own) == 0 || setuid(65534) == 0);
        ::_exit(limited ? body() : 99);
    }
    int how = 0;
    waitpid(child, &how, 0);
    return WIFEXITED(how) ? WEXITSTATUS(how) : 128 + WTERMSIG(how);
}

TEST(R31, memory_that_may_not_be_locked_becomes_a_plain_buffer_with_the_same_bytes) {
    if (!kernel_registers()) GTEST_SKIP() << "no table here";
    const scratch_directory scratch;
    std::filesystem::permissions(scratch.path(), std::filesystem::perms::all);
    const auto body = [&] {
        const auto in_task = [](path where) -> task<int> {
            auto big = registered_buffer::make(4u << 20);
            if (!big || big->is_registered()) co_return 1;
            auto small = registered_buffer::make(2 * page); // the refusal of one is not the end for others
            if (!small || !small->is_registered()) co_return 2;
            auto other = registered_buffer::make(4u << 20);
            if (!other) co_return 3;
            std::ranges::fill(big->bytes(), std::byte{0});
            auto answer = co_await there_and_back(*small, *big, where);
            co_return answer == 0 ? 0 : answer + 20;
        };
        try {
            return run({.shards = 1}, [&] { return in_task(scratch / "a"); });
        } catch (const std::exception& why) {
            std::fprintf(stderr, "%s\n", why.what());
            return 98;
        }
    };
    EXPECT_EQ(without_privileges(body), 0);
}

} // namespace
} // namespace spargio
