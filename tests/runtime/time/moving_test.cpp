// Tasks that move to other shards in the middle of what was begun on the first.
#include <spargio/spargio.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <expected>
#include <memory>
#include <random>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace spargio {
namespace {

using namespace std::chrono_literals;

#if defined(SPARGIO_TEST_SANITIZED)
constexpr int rounds = 60;
#else
constexpr int rounds = 300;
#endif

void insist(bool holds) {
    if (!holds) throw std::logic_error("not as promised");
}

/// Other timers of a shard, between which those of the tested ones stand.
task<> keep_timers(int count, std::shared_ptr<const std::atomic<bool>> over) {
    std::vector<join_handle<>> all;
    for (int i = 0; i < count; ++i) {
        auto timer = [](int mine, std::shared_ptr<const std::atomic<bool>> until) -> task<> {
            while (!*until) {
                auto slept = co_await sleep_for(std::chrono::microseconds(200 + mine % 50 * 100));
                if (!slept) co_return;
            }
        }(i, over);
        all.push_back(spawn(std::move(timer), pinned{this_shard::id()}));
    }
    for (auto& each : all) co_await std::move(each);
}

task<std::string> move_and_answer(std::uint32_t to) {
    co_await resume_on(to);
    insist(this_shard::id() == to);
    co_return std::string(64, 'x');
}

task<std::string> move_and_throw(std::uint32_t to) {
    co_await resume_on(to);
    throw std::runtime_error("from afar");
}

task<status> move_and_sleep(std::uint32_t to) {
    co_await resume_on(to);
    auto slept = co_await sleep_for(1h);
    insist(this_shard::id() == to);
    co_return slept;
}

task<> time_movers() {
    const auto over = std::make_shared<std::atomic<bool>>(false); // shared: a failed promise throws
    auto timers = spawn(keep_timers(500, over), pinned{0});
    for (int round = 0; round < rounds; ++round) {
        const auto home = this_shard::id();
        auto quick = co_await timeout(1h, move_and_answer(1 - home));
        insist(quick && quick->size() == 64 && this_shard::id() == home);
        auto slow = co_await timeout(1ms, move_and_sleep(1 - home));
        insist(!slow && slow.error() == errc::timed_out && this_shard::id() == home);
        auto stays = co_await timeout(1h, move_and_answer(home));
        insist(stays.has_value());
        bool thrown = false;
        try {
            auto fails = co_await timeout(1h, move_and_throw(1 - home));
            static_cast<void>(fails);
        } catch (const std::runtime_error& error) {
            thrown = std::string(error.what()) == "from afar";
        }
        insist(thrown && this_shard::id() == home);
        auto late = co_await timeout_at(std::chrono::steady_clock::time_point(), move_and_answer(1 - home));
        insist(late || late.error() == errc::timed_out); // it may be back before the timer has fired
        if (round % 10 == 0) co_await resume_on(1 - home);
    }
    *over = true;
    co_await std::move(timers);
}

TEST(R34, a_timeout_holds_for_a_task_that_moves_to_another_shard) {
    run_on({.shards = 2}, 0, time_movers);
    run({.shards = 2}, time_movers);
}

task<> cancel_one_who_times_a_mover() {
    for (int round = 0; round < rounds; ++round) {
        auto timing = []() -> task<status> {
            auto how = co_await timeout(1h, move_and_sleep(1));
            insist(this_shard::id() == 0);
            co_return how;
        }();
        auto caller = spawn(std::move(timing), pinned{0});
        for (int i = 0; i < round % 5; ++i) co_await yield();
        caller.cancel();
        auto how = co_await std::move(caller);
        insist(!how && how.error() == errc::canceled);
    }
}

TEST(P6, a_cancelled_timeout_reaches_a_task_that_has_moved) {
    run_on({.shards = 2}, 0, cancel_one_who_times_a_mover);
}

TEST(P5, a_stop_ends_a_timeout_whose_task_has_moved) {
    for (int round = 0; round < rounds / 4; ++round) {
        auto started = runtime::start({.shards = 3, .stop_grace = 100ms});
        ASSERT_TRUE(started.has_value());
        std::vector<join_handle<status>> all;
        for (std::uint32_t i = 0; i < 12; ++i)
            all.push_back((*started)->spawn(
                [](std::uint32_t to) -> task<status> {
                    auto how = co_await timeout(1h, move_and_sleep(to));
                    co_return how;
                }(i % 3),
                pinned{i / 4}));
        (*started)->stop();
        for (auto& each : all) {
            try {
                auto how = std::move(each).get();
                EXPECT_FALSE(how.has_value());
            } catch (const task_stopped&) {
            }
        }
    }
}

/// Everything that one may begin on one shard and end on another.
class wanderer {
public:
    explicit wanderer(std::uint64_t seed) : random_(seed) {}

    std::uint32_t shard() { return static_cast<std::uint32_t>(random_() % this_shard::count()); }
    auto some_time() { return std::chrono::microseconds(random_() % 400); }
    bool coin() { return random_() % 2 == 0; }
    std::uint64_t seed() { return random_(); }

private:
    std::mt19937_64 random_;
};

task<int> wander(std::uint64_t seed, int depth);

task<int> wander_in_time(wanderer& way, int depth) {
    const auto home = this_shard::id();
    auto inner = wander(way.seed(), depth - 1);
    auto how = co_await timeout(way.some_time(), std::move(inner));
    insist(this_shard::id() == home);
    insist(how ? *how > 0 : how.error() == errc::timed_out);
    co_return 1;
}

task<int> wander_in_company(wanderer& way, int depth) {
    auto one = wander(way.seed(), depth - 1);
    auto other = wander(way.seed(), depth - 1);
    auto both = when_all(pinned{way.shard()}, std::move(one), std::move(other));
    auto [first, second] = co_await std::move(both);
    auto left = wander(way.seed(), depth - 1);
    auto right = wander(way.seed(), depth - 1);
    auto either = when_any(std::move(left), std::move(right));
    auto winner = co_await std::move(either);
    insist(first > 0 && second > 0 && winner.index < 2);
    co_return 1;
}

task<> wander_for(std::uint64_t seed, int depth) {
    auto way = wander(seed, depth);
    insist(co_await std::move(way) > 0);
}

task<int> wander_with_a_group(wanderer& way, int depth) {
    task_group group;
    auto end = group.join();
    group.spawn(wander_for(way.seed(), depth - 1));
    co_await resume_on(way.shard());
    group.spawn(wander_for(way.seed(), depth - 1), pinned{way.shard()});
    if (way.coin()) group.cancel();
    co_await resume_on(way.shard());
    co_await std::move(end);
    auto stop = std::stop_source();
    auto tied = with_stop(stop.get_token(), wander(way.seed(), depth - 1), pinned{way.shard()});
    if (way.coin()) stop.request_stop();
    insist(co_await std::move(tied) > 0);
    co_return 1;
}

task<int> wander(std::uint64_t seed, int depth) {
    wanderer way(seed);
    interval ticks(100us);
    for (int step = 0; step < 3; ++step) {
        co_await resume_on(way.shard());
        deadline_timer timer(std::chrono::steady_clock::now() + way.some_time());
        auto until = co_await timer;
        auto tick = co_await ticks.tick();
        auto slept = co_await timeout(way.some_time(), sleep_for(way.some_time()));
        static_cast<void>(until);
        static_cast<void>(tick);
        static_cast<void>(slept); // each may have been cancelled
        if (depth == 0) continue;
        auto next = way.seed() % 3;
        auto then = next == 0   ? wander_in_time(way, depth)
                    : next == 1 ? wander_in_company(way, depth)
                                : wander_with_a_group(way, depth);
        insist(co_await std::move(then) == 1);
    }
    co_return 1;
}

task<> wander_many(std::uint64_t seed, int count) {
    const auto over = std::make_shared<std::atomic<bool>>(false);
    std::vector<join_handle<>> timers;
    for (std::uint32_t i = 0; i < this_shard::count(); ++i)
        timers.push_back(spawn(keep_timers(1000, over), pinned{i}));
    task_group all;
    auto end = all.join();
    for (int i = 0; i < count; ++i) {
        const auto where = static_cast<std::uint32_t>(i) % this_shard::count();
        all.spawn(wander_for(seed + static_cast<std::uint64_t>(i), 2),
                  i % 2 == 0 ? placement(pinned{where}) : placement(stealable{}));
    }
    co_await std::move(end);
    *over = true;
    for (auto& each : timers) co_await std::move(each);
}

TEST(R34, tasks_move_in_the_middle_of_timeouts_groups_and_ticks_between_thousands_of_timers) {
    constexpr std::uint64_t seed = 20'260'715;
    run({.shards = 3}, [] { return wander_many(seed, rounds / 4); });
}

} // namespace
} // namespace spargio
