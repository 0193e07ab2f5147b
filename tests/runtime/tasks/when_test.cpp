#include <spargio/spargio.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <tuple>
#include <variant>
#include <vector>

namespace spargio {
namespace {

task<int> number_after(int turns, int number) {
    for (int i = 0; i < turns; ++i) co_await yield();
    co_return number;
}

task<std::string> text(std::string words) { co_return words; }

task<> nothing() { co_return; }

task<int> fail_after(int turns, const char* why) {
    for (int i = 0; i < turns; ++i) co_await yield();
    throw std::runtime_error(why);
}

/// Its answer comes late, and only when it was cancelled.
task<int> slow_loser(std::atomic<int>& ended) {
    co_await this_task::cancelled();
    for (int i = 0; i < 10; ++i) co_await yield();
    ++ended;
    co_return -1;
}

TEST(R37, when_all_gives_every_result_in_its_place) {
    const auto body = []() -> task<bool> {
        auto all = when_all(number_after(5, 1), text("two"), nothing(), number_after(0, 4));
        const std::tuple<int, std::string, std::monostate, int> got = co_await std::move(all);
        co_return got == std::tuple<int, std::string, std::monostate, int>(1, "two", {}, 4);
    };
    EXPECT_TRUE(run({.shards = 2}, body));
}

TEST(R37, when_all_of_a_vector_gives_a_vector_in_order) {
    const auto body = []() -> task<long> {
        std::vector<task<int>> work;
        for (int i = 0; i < 500; ++i) work.push_back(number_after(i % 7, i));
        const std::vector<int> got = co_await when_all(std::move(work));
        long wrong = 0;
        for (int i = 0; i < 500; ++i) wrong += got[static_cast<std::size_t>(i)] != i;
        std::vector<task<>> silent;
        for (int i = 0; i < 5; ++i) silent.push_back(nothing());
        co_await when_all(std::move(silent));
        const auto none = co_await when_all(std::vector<task<int>>());
        co_return wrong + static_cast<long>(none.size());
    };
    EXPECT_EQ(run({.shards = 2}, body), 0);
}

TEST(R37, when_all_runs_its_children_where_it_is_told) {
    const auto body = []() -> task<std::uint32_t> {
        const auto where = []() -> task<std::uint32_t> { co_return this_shard::id(); };
        const auto [one, two] = co_await when_all(pinned{1}, where(), where());
        std::vector<task<std::uint32_t>> many;
        many.push_back(where());
        const auto third = co_await when_all(std::move(many), pinned{1});
        co_return one + two + third[0];
    };
    EXPECT_EQ(run_on({.shards = 2}, 0, body), 3);
}

TEST(R37, when_all_cancels_the_others_at_the_first_exception_and_waits_for_them) {
    const auto body = []() -> task<std::string> {
        std::atomic<int> ended{0};
        std::string seen;
        try {
            const auto got = co_await when_all(slow_loser(ended), fail_after(2, "first"), slow_loser(ended));
            (void)got;
        } catch (const std::runtime_error& why) {
            seen = why.what();
        }
        co_return seen + std::to_string(ended.load());
    };
    EXPECT_EQ(run({.shards = 2}, body), "first2");
}

TEST(R37, when_any_gives_the_first_and_the_losers_are_cancelled_and_gone) {
    const auto body = []() -> task<int> {
        int right = 0;
        for (int i = 0; i < 100; ++i) {
            std::atomic<int> ended{0};
            const auto first =
                co_await when_any(slow_loser(ended), number_after(i % 5, 8), slow_loser(ended), nothing());
            const bool silent = first.index == 3 && std::holds_alternative<std::monostate>(first.value);
            const bool eight = first.index == 1 && std::get<1>(first.value) == 8;
            right += (silent || eight) && ended.load() == 2;
        }
        co_return right;
    };
    EXPECT_EQ(run({.shards = 2}, body), 100);
}

TEST(R37, when_any_of_a_vector_gives_index_and_result) {
    const auto body = []() -> task<int> {
        std::atomic<int> ended{0};
        std::vector<task<int>> work;
        for (int i = 0; i < 20; ++i) work.push_back(i == 13 ? number_after(3, 99) : slow_loser(ended));
        const auto first = co_await when_any(std::move(work), round_robin{});
        co_return static_cast<int>(first.index) * 10'000 + first.value * 100 + ended.load();
    };
    EXPECT_EQ(run({.shards = 2}, body), 13 * 10'000 + 99 * 100 + 19);
}

TEST(R37, when_any_throws_the_exception_of_the_first) {
    const auto body = []() -> task<std::string> {
        std::atomic<int> ended{0};
        std::string seen;
        try {
            const auto first = co_await when_any(slow_loser(ended), fail_after(1, "lost"));
            seen = std::to_string(first.index);
        } catch (const std::runtime_error& why) {
            seen = why.what();
        }
        co_return seen + std::to_string(ended.load());
    };
    EXPECT_EQ(run({.shards = 1}, body), "lost1");
}

TEST(R37, the_exception_of_a_loser_is_dropped) {
    const auto fails_late = []() -> task<int> {
        co_await this_task::cancelled();
        throw std::runtime_error("nobody hears it");
    };
    const auto body = [&]() -> task<int> {
        const auto first = co_await when_any(fails_late(), number_after(1, 5));
        co_return std::get<1>(first.value);
    };
    EXPECT_EQ(run({.shards = 2}, body), 5);
}

TEST(R36, cancelling_a_task_in_when_all_or_when_any_cancels_the_children) {
    auto started = runtime::start({.shards = 2});
    ASSERT_TRUE(started.has_value());
    std::atomic<int> ended{0};
    const auto all = [&]() -> task<> {
        const auto got = co_await when_all(slow_loser(ended), slow_loser(ended), slow_loser(ended));
        (void)got;
    };
    const auto any = [&]() -> task<> {
        const auto got = co_await when_any(slow_loser(ended), slow_loser(ended), slow_loser(ended));
        (void)got;
    };
    for (int i = 0; i < 200; ++i) {
        ended = 0;
        auto handle = (*started)->spawn(i % 2 == 0 ? all() : any());
        if (i % 3 == 0) std::this_thread::yield();
        handle.cancel();
        std::move(handle).get();
        ASSERT_EQ(ended.load(), 3);
    }
}

TEST(R37, results_that_can_only_be_moved_travel) {
    const auto make = [](int number) -> task<std::unique_ptr<int>> { co_return std::make_unique<int>(number); };
    const auto body = [&]() -> task<int> {
        auto all = when_all(make(1), make(2));
        const auto [one, two] = co_await std::move(all);
        std::vector<task<std::unique_ptr<int>>> work;
        work.push_back(make(4));
        auto any = when_any(std::move(work));
        const auto first = co_await std::move(any);
        co_return *one + *two + *first.value;
    };
    EXPECT_EQ(run({.shards = 2}, body), 7);
}

} // namespace
} // namespace spargio
