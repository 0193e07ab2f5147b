// R31: a registered buffer stays while the kernel has it, and its place comes back from everywhere.
#include <spargio/spargio.hpp>

#include "tests/runtime/ops/registered_buffers.hpp"
#include "tests/runtime/start_runtime.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstring>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include <unistd.h>

namespace spargio {
namespace {

using namespace std::chrono_literals;

/// Reads into a buffer that it has not got for itself.
task<std::size_t> read_some(const fs::file& from, registered_part into, std::error_code* error = nullptr) {
    auto count = co_await from.read_at(into, ops::current_position);
    if (!count && error != nullptr) *error = count.error();
    co_return count ? *count : 99;
}

/// The buffer object goes while the kernel has the memory: the place stays taken until the last completion.
task<int> drop_under_an_operation(runtime_handle handle, std::uint32_t reader_shard, bool cancel) {
    pipe_ends pipe;
    const fs::file file = fs::file::from_fd(std::move(pipe.out));
    auto buffer = registered_buffer::make(page);
    if (!buffer || !buffer->is_registered()) co_return 1;
    std::error_code error;
    auto reader = spawn(read_some(file, *buffer, &error), pinned{reader_shard});
    while (handle.stats().total().operations_pending == 0) co_await yield();
    buffer->reset();
    auto meanwhile = registered_buffer::make(page);
    if (!meanwhile || meanwhile->is_registered()) co_return 2;
    if (handle.stats().shards[0].buffers_registered != 1) co_return 3;
    if (cancel)
        reader.cancel();
    else if (::write(pipe.in.get(), "abc", 3) != 3)
        co_return 4;
    const auto count = co_await std::move(reader);
    if (cancel ? error != make_error_code(errc::canceled) : count != 3) co_return 5;
    for (;;) { // from another shard the place comes by a trip
        auto next = registered_buffer::make(page);
        if (!next) co_return 6;
        if (next->is_registered()) co_return 0;
        co_await yield();
    }
}

TEST(R31, a_place_stays_while_an_operation_is_at_it_also_a_cancelled_one) {
    if (!kernel_registers()) GTEST_SKIP() << "no table here";
    const auto tested = start({.shards = 2, .registered_buffers = 1});
    for (const bool cancel : {false, true})
        for (std::uint32_t reader = 0; reader < 2; ++reader) {
            auto result = tested->spawn(drop_under_an_operation(tested->handle(), reader, cancel), pinned{0});
            ASSERT_EQ(std::move(result).get(), 0) << "cancel " << cancel << ", reader on " << reader;
        }
}

/// Until the shard, which sleeps, has taken up what came back.
void wait_until_none_is_registered(const runtime& of) {
    while (of.stats().total().buffers_registered != 0) std::this_thread::yield();
}

TEST(R31, a_buffer_that_is_destroyed_elsewhere_gives_its_place_back_though_its_shard_sleeps) {
    if (!kernel_registers()) GTEST_SKIP() << "no table here";
    const auto tested = start({.shards = 2, .spin = 0us});
    for (int round = 0; round < 200; ++round) {
        auto made = tested->spawn(make_one(page), pinned{0}).get();
        ASSERT_TRUE(made && made->is_registered());
        if (round % 2 == 0) {
            made->reset(); // by a thread that is no shard
        } else {
            const auto drop = [](registered_buffer) -> task<> { co_return; };
            tested->spawn(drop(std::move(*made)), pinned{1}).get();
        }
        wait_until_none_is_registered(*tested);
    }
}

TEST(R31, a_stop_with_buffers_alive_and_under_operations_ends_and_they_may_outlive_it) {
    for (int round = 0; round < 20; ++round) {
        std::vector<registered_buffer> kept; // beyond the runtime
        pipe_ends pipe;
        const fs::file file = fs::file::from_fd(file_descriptor(::dup(pipe.out.get())));
        {
            const auto tested = start({.shards = 2, .stop_grace = round % 2 == 0 ? 1000ms : 0ms});
            const auto use = [](const fs::file& from, std::uint32_t of) -> task<> {
                auto made = co_await spawn(make_one(page), pinned{of});
                if (made) (void)co_await from.read_at(*made, ops::current_position);
                auto late = registered_buffer::make(page); // while it stops
                (void)late;
            };
            std::vector<join_handle<>> all;
            for (std::uint32_t home = 0; home < 2; ++home)
                for (std::uint32_t of = 0; of < 2; ++of)
                    all.push_back(tested->spawn(use(file, of), pinned{home}));
            while (tested->stats().total().operations_pending != 4) std::this_thread::yield();
            for (std::uint32_t of = 0; of < 2; ++of) {
                auto made = tested->spawn(make_one(page), pinned{of}).get();
                ASSERT_TRUE(made);
                kept.push_back(std::move(*made));
            }
            tested->stop();
        }
        fill(kept[0].bytes(), 1);
        EXPECT_TRUE(is_filled(kept[0].bytes(), 1));
        // On the ring of another runtime it is a plain buffer.
        const auto read = [](const fs::file& from, registered_part into) -> task<std::size_t> {
            auto count = co_await from.read_at(into, ops::current_position);
            co_return count ? *count : 0;
        };
        ASSERT_EQ(::write(pipe.in.get(), "abc", 3), 3);
        EXPECT_EQ(run({.shards = 1}, [&] { return read(file, kept[1]); }), 3u);
        EXPECT_EQ(std::memcmp(kept[1].bytes().data(), "abc", 3), 0);
    }
}

/// Two shards that give each other's buffers back while both make new ones.
TEST(R31, places_are_never_lost_when_shards_exchange_buffers) {
    if (!kernel_registers()) GTEST_SKIP() << "no table here";
    const auto tested = start({.shards = 2, .registered_buffers = 4});
    const auto pass_on = [](registered_buffer buffer) -> task<> {
        buffer.bytes()[0] = std::byte{1};
        co_return;
    };
    const auto churn = [pass_on](std::uint32_t other) -> task<int> {
        for (int i = 0; i < 500; ++i) {
            auto made = registered_buffer::make(page);
            if (!made) co_return 1;
            auto passed = pass_on(std::move(*made));
            co_await spawn(std::move(passed), pinned{other});
        }
        co_return 0;
    };
    auto one = tested->spawn(churn(1), pinned{0});
    auto two = tested->spawn(churn(0), pinned{1});
    EXPECT_EQ(std::move(one).get(), 0);
    EXPECT_EQ(std::move(two).get(), 0);
    wait_until_none_is_registered(*tested);
    const auto all_again = []() -> task<int> {
        std::vector<registered_buffer> all;
        for (int i = 0; i < 4; ++i) {
            auto made = registered_buffer::make(page);
            if (!made || !made->is_registered()) co_return 1;
            all.push_back(std::move(*made));
        }
        co_return 0;
    };
    for (std::uint32_t of = 0; of < 2; ++of) EXPECT_EQ(tested->spawn(all_again(), pinned{of}).get(), 0);
}

} // namespace
} // namespace spargio
