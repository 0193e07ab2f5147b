// R31: numbers and places of registered sockets are given out again at once, under operations that are cut
// short, and every byte still comes out of the socket that it was sent into. And a kernel that refuses the
// table.
#include <spargio/spargio.hpp>

#include "tests/runtime/ops/registered_files.hpp"
#include "tests/runtime/scratch_directory.hpp"
#include "tests/runtime/start_runtime.hpp"
#include "tests/runtime/value_of.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace spargio {
namespace {

task<std::size_t> read_some(net::unix_stream& from) {
    std::array<std::byte, 8> into{};
    auto count = co_await from.read_some(into);
    co_return count ? *count : 99;
}

task<bool> close_it(net::unix_stream& stream) {
    auto closed = co_await stream.close();
    co_return closed.has_value();
}

task<> drop_it(net::unix_stream) { co_return; }

/// Says when it needs the object no more, since its request keeps the descriptor.
task<std::size_t> read_and_let_go(net::unix_stream& from, std::atomic<bool>& let_go) {
    std::array<std::byte, 8> into{};
    auto reading = from.read_some(into);
    let_go.store(true, std::memory_order_release);
    auto count = co_await reading;
    co_return count ? *count : 99;
}

/// The object goes while the kernel has a request that names its place; the place stays taken until then.
task<int> drop_under_a_read(runtime_handle handle, std::uint32_t reader_shard) {
    auto [ours, other] = value_of(net::unix_stream::pair());
    if (!ours.register_here()) co_return 1;
    std::atomic<bool> let_go{false};
    auto reader = spawn(read_and_let_go(ours, let_go), pinned{reader_shard});
    while (!let_go.load(std::memory_order_acquire) || handle.stats().total().operations_pending == 0)
        co_await yield();
    { const auto dropped = std::move(ours); }
    auto [next, next_other] = value_of(net::unix_stream::pair());
    if (next.register_here()) co_return 2; // there is one place
    const std::array<std::byte, 3> letters{};
    auto written = co_await other.write_some(letters);
    if (!written || *written != 3) co_return 3;
    if (co_await std::move(reader) != 3) co_return 4;
    while (!next.register_here()) co_await yield(); // from another shard the place comes by a trip
    auto end = co_await read_some(other);
    co_return end == 0 ? 0 : 5;
}

TEST(R31, the_place_of_a_dropped_socket_stays_while_an_operation_is_at_it) {
    if (!kernel_registers_sockets()) GTEST_SKIP() << "this kernel registers no sockets";
    const auto tested = start({.shards = 2, .registered_files = 1});
    for (std::uint32_t reader = 0; reader < 2; ++reader)
        ASSERT_EQ(tested->spawn(drop_under_a_read(tested->handle(), reader), pinned{0}).get(), 0)
            << "reader on " << reader;
}

/// There and back between two sockets, each of which may have a place or not; nothing else comes.
task<int> echo(net::unix_stream& one, net::unix_stream& two, join_handle<std::size_t> reader,
               std::array<std::byte, 3> letters) {
    auto written = co_await two.write_some(letters);
    if (!written || *written != letters.size()) co_return 1;
    if (co_await std::move(reader) != letters.size()) co_return 2;
    if (auto back = co_await one.write_some(letters); !back) co_return 3;
    std::array<std::byte, 8> into{};
    auto count = co_await two.read_some(into);
    if (!count || *count != letters.size()) co_return 4;
    co_return std::equal(letters.begin(), letters.end(), into.begin()) ? 0 : 5;
}

/// Sockets are made on one shard only: a sanitizer that does not see the ring close a number takes its next use
/// on another thread for a race.
task<int> churn(std::uint32_t number, int rounds) {
    constexpr std::uint32_t here = 0;
    constexpr std::uint32_t other = 1;
    for (int round = 0; round < rounds; ++round) {
        auto [first, second] = value_of(net::unix_stream::pair());
        static_cast<void>(first.register_here()); // there are fewer places than sockets
        static_cast<void>(second.register_here());
        auto reader = spawn(read_some(first), pinned{round % 3 == 0 ? other : here});
        if (round % 2 == 0) {
            const std::array letters{static_cast<std::byte>(number), static_cast<std::byte>(round),
                                     static_cast<std::byte>(round >> 8)};
            const int wrong = co_await echo(first, second, std::move(reader), letters);
            if (wrong != 0) co_return wrong;
        } else {
            if (!co_await spawn(close_it(first), pinned{round % 5 == 0 ? other : here})) co_return 6;
            const std::size_t count = co_await std::move(reader);
            if (count != 0 && count != 99) co_return 7; // the end, or it came too late; never a byte
            if (co_await read_some(second) != 0) co_return 8;
        }
        if (round % 4 == 0) co_await spawn(drop_it(std::move(second)), pinned{other});
    }
    co_return 0;
}

TEST(R31, every_byte_comes_out_of_its_own_socket_while_numbers_and_places_are_used_again) {
    const auto tested = start({.shards = 2, .registered_files = 3});
    const place_count plan; // and so by the ring
    std::vector<join_handle<int>> all;
    for (std::uint32_t i = 0; i < 4; ++i) all.push_back(tested->spawn(churn(i, 300), pinned{0}));
    for (auto& each : all) EXPECT_EQ(std::move(each).get(), 0);
    if (kernel_registers_sockets()) {
        EXPECT_GT(plan.by_place.load(), 0);
        EXPECT_GT(plan.by_number.load(), 0);
    }
    while (tested->stats().total().files_registered != 0) std::this_thread::yield();
    const auto all_places = [](bool registers) -> task<int> {
        std::vector<net::unix_stream> kept;
        for (int i = 0; i < 3; ++i) {
            kept.push_back(value_of(net::unix_stream::pair()).first);
            if (kept.back().register_here() != registers) co_return 1;
        }
        co_return 0;
    };
    EXPECT_EQ(tested->spawn(all_places(kernel_registers_sockets()), pinned{0}).get(), 0); // none was lost
}

task<int> register_and_write(std::filesystem::path where) {
    auto file = co_await fs::open_options().read().write().create().open(where);
    if (!file || file->register_here()) co_return 1;
    std::array<std::byte, 4> bytes{std::byte{'a'}, std::byte{'b'}};
    auto put = co_await file->write_at(bytes, 0);
    auto got = co_await file->read_at(bytes, 1);
    if (!put || *put != 4 || !got || *got != 3 || bytes[0] != std::byte{'b'}) co_return 2;
    auto refused = co_await file->write_at(bytes, std::uint64_t{1} << 63U); // errors are the same, too
    if (refused || refused.error() != std::errc::invalid_argument) co_return 3;
    auto closed = co_await file->close();
    co_return closed && !file->register_here() ? 0 : 4;
}

/// In a process of its own: liburing raises the soft limit where the hard one lets it.
int with_few_descriptors(const std::function<int()>& body) {
    const pid_t child = ::fork();
    if (child == 0) {
        const rlimit few{256, 256};
        bool limited = ::setrlimit(RLIMIT_NOFILE, &few) == 0;
        if (::getuid() == 0) limited = limited && ::setuid(65534) == 0; // root may raise the hard one
        ::_exit(limited ? body() : 99);
    }
    int how = 0;
    ::waitpid(child, &how, 0);
    return WIFEXITED(how) ? WEXITSTATUS(how) : 128 + WTERMSIG(how);
}

TEST(R31, a_table_that_the_kernel_refuses_leaves_files_plain_with_the_same_results) {
    const scratch_directory scratch;
    std::filesystem::permissions(scratch.path(), std::filesystem::perms::all);
    const int result = with_few_descriptors([&] {
        // No table is larger than the limit. EMFILE.
        const auto tested = start({.shards = 1, .registered_files = 512});
        const int answer = tested->spawn(register_and_write(scratch / "a")).get();
        return answer != 0 ? answer : tested->stats().total().files_plain == 1 ? 0 : 10;
    });
    EXPECT_EQ(result, 0);
}

} // namespace
} // namespace spargio
