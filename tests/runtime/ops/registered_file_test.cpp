// R31: files and sockets that are registered with a shard's ring give the right bytes wherever they are used,
// and are plain where there is no place.
#include <spargio/spargio.hpp>

#include "tests/runtime/ops/registered_files.hpp"
#include "tests/runtime/scratch_directory.hpp"
#include "tests/runtime/start_runtime.hpp"
#include "tests/runtime/value_of.hpp"

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fcntl.h>

namespace spargio {
namespace {

using namespace std::chrono_literals;
using path = std::filesystem::path;

std::span<const std::byte> bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }

/// Four requests, and one more (statx) that never names a place.
task<int> use(fs::file& file) {
    std::array<std::byte, 8> into{};
    auto put = co_await file.write_at(bytes_of("in place"), 0);
    if (!put || *put != 8) co_return 1;
    auto got = co_await file.read_at(into, 3);
    if (!got || *got != 5 || into[0] != std::byte{'p'}) co_return 2;
    if (!co_await file.sync_data()) co_return 3;
    if (auto shorter = co_await file.set_len(4); !shorter) co_return 4;
    auto known = co_await file.metadata();
    co_return known && known->size == 4 ? 0 : 5;
}

task<int> register_and_use(path where, std::uint32_t user, bool registers) {
    auto file = co_await fs::open_options().read().write().create().open(where);
    if (!file) co_return 10;
    if (file->register_here() != registers || file->register_here() != registers) co_return 11;
    auto used = spawn(use(*file), pinned{user});
    const int result = co_await std::move(used);
    if (result != 0) co_return result;
    auto closed = co_await file->close();
    co_return closed ? 0 : 12;
}

TEST(R31, requests_name_the_place_of_a_registered_file_on_its_ring_and_its_number_on_others) {
    const scratch_directory scratch;
    const bool registers = kernel_registers_files();
    const auto tested = start({.shards = 2});
    const bool truncates = tested->features().supports(55); // IORING_OP_FTRUNCATE, kernel 6.9
    const bool looks_up = tested->features().supports(IORING_OP_STATX);
    const place_count plan;
    ASSERT_EQ(tested->spawn(register_and_use(scratch / "a", 0, registers), pinned{0}).get(), 0);
    const int requests = truncates ? 4 : 3;
    EXPECT_EQ(plan.by_place.load(), registers ? requests : 0);
    EXPECT_EQ(plan.by_number.load(), (registers ? 0 : requests) + (looks_up ? 1 : 0));
    ASSERT_EQ(tested->spawn(register_and_use(scratch / "b", 1, registers), pinned{0}).get(), 0);
    EXPECT_EQ(plan.by_place.load(), registers ? requests : 0); // none more
    EXPECT_EQ(tested->stats().total().files_registered, 0u);
    EXPECT_EQ(tested->stats().total().files_plain, registers ? 0u : 4u);
}

task<int> echo_once(net::unix_stream& from, net::unix_stream& to) {
    std::array<std::byte, 16> into{};
    auto reader = spawn([](net::unix_stream& by, std::span<std::byte> room) -> task<std::size_t> {
        auto count = co_await by.read_some(room);
        co_return count ? *count : 0;
    }(to, into));
    auto put = co_await from.write_some(bytes_of("through"));
    const std::size_t count = co_await std::move(reader);
    co_return put&&* put == 7 && count == 7 && into[6] == std::byte{'h'} ? 0 : 1;
}

task<int> talk_through_places(bool registers) {
    auto [first, second] = value_of(net::unix_stream::pair());
    if (first.register_here() != registers || second.register_here() != registers) co_return 1;
    for (int i = 0; i < 10; ++i)
        if (co_await echo_once(first, second) != 0 || co_await echo_once(second, first) != 0) co_return 2;
    {
        auto incoming = second.receive_stream();
        if (auto put = co_await first.write_some(bytes_of("many")); !put) co_return 3;
        auto lease = co_await incoming.next();
        if (!lease || lease->bytes().size() != 4) co_return 4;
    }
    std::array<std::byte, 4> into{};
    const auto soon = std::chrono::steady_clock::now() + 1ms;
    auto late = co_await timeout_at(soon, second.read_some(into));
    if (late || late.error() != make_error_code(errc::timed_out)) co_return 5;
    co_return co_await first.shutdown(net::direction::send) ? 0 : 6;
}

TEST(R31, registered_streams_carry_bytes_receive_many_and_time_out) {
    const bool registers = kernel_registers_sockets();
    const auto tested = start({.shards = 1});
    const place_count plan;
    EXPECT_EQ(tested->spawn(talk_through_places(registers), pinned{0}).get(), 0);
    if (registers) {
        EXPECT_GT(plan.by_place.load(), 40);
        EXPECT_EQ(plan.by_number.load(), 0);
    } else {
        EXPECT_EQ(plan.by_place.load(), 0);
    }
}

TEST(R31, a_registered_listener_accepts_one_by_one_and_many) {
    const bool registers = kernel_registers_sockets();
    const auto body = [](bool takes) -> task<int> {
        auto listener = co_await net::tcp_listener::bind(0);
        if (!listener || listener->register_here() != takes) co_return 1;
        const auto at = value_of(listener->local_address());
        auto one = spawn([](net::endpoint to) -> task<bool> {
            auto made = co_await net::tcp_stream::connect(to);
            auto other = co_await net::tcp_stream::connect(to);
            co_return made&& other;
        }(at));
        auto first = co_await listener->accept();
        if (!first) co_return 2;
        auto coming = listener->accept_stream();
        auto second = co_await coming.next();
        if (!second) co_return 3;
        co_return co_await std::move(one) ? 0 : 4;
    };
    EXPECT_EQ(run({.shards = 1}, [&] { return body(registers); }), 0);
}

TEST(R31, where_all_places_are_taken_a_file_is_plain_until_one_comes_back) {
    if (!kernel_registers_files()) GTEST_SKIP() << "no table here";
    const scratch_directory scratch;
    const auto tested = start({.shards = 1, .registered_files = 2});
    const auto body = [](path folder) -> task<int> {
        std::vector<fs::file> files;
        for (const char* name : {"a", "b", "c"}) {
            auto made = co_await fs::open_options().read().write().create().open(folder / name);
            if (!made) co_return 1;
            files.push_back(std::move(*made));
        }
        if (!files[0].register_here() || !files[1].register_here() || files[2].register_here()) co_return 2;
        for (auto& each : files)
            if (const int result = co_await use(each); result != 0) co_return 10 + result;
        if (!co_await files[0].close()) co_return 3;
        co_return files[2].register_here() && co_await use(files[2]) == 0 ? 0 : 4;
    };
    EXPECT_EQ(tested->spawn(body(scratch.path()), pinned{0}).get(), 0);
    EXPECT_EQ(tested->stats().total().files_plain, 1u);
}

TEST(R31, without_places_and_for_no_file_there_is_none) {
    const scratch_directory scratch;
    const auto tested = start({.shards = 1, .registered_files = 0});
    EXPECT_FALSE(tested->features().registered_files);
    EXPECT_EQ(tested->spawn(register_and_use(scratch / "a", 0, false), pinned{0}).get(), 0);
    const auto of_none = []() -> task<bool> {
        fs::file none;
        co_return none.register_here();
    };
    EXPECT_FALSE(tested->spawn(of_none(), pinned{0}).get());
}

} // namespace
} // namespace spargio
