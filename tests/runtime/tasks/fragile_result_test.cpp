// P17: a result whose move throws, wherever on its way to whoever waits for it, arrives there as the exception.
#include <spargio/spargio.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace spargio {
namespace {

/// Can be moved so many times; the next move throws.
struct fragile {
    explicit fragile(int moves) noexcept : moves_left(moves) {}
    fragile(fragile&& other) : moves_left(other.moves_left - 1) {
        if (moves_left < 0) throw std::runtime_error("broken on the way");
    }
    fragile& operator=(fragile&&) = delete;
    ~fragile() = default;

    int moves_left;
};
static_assert(!std::is_nothrow_move_constructible_v<fragile>);

task<fragile> make(int moves) {
    co_await yield();
    co_return fragile(moves);
}

task<fragile> make_at_once(int moves) { co_return fragile(moves); }

constexpr int enough = 100;

/// `way(moves)` is a task that has a fragile brought to it and says that it has come. However many moves it
/// stands, it comes or the exception does; and both happen.
template <class Way>
void expect_value_or_exception(Way way) {
    bool broke = false;
    for (const int moves : {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, enough}) {
        const auto body = [&]() -> task<std::string> {
            std::string got = "it came";
            try {
                auto brought = way(moves);
                co_await std::move(brought);
            } catch (const std::runtime_error& error) {
                got = error.what();
            }
            co_return got;
        };
        const std::string got = run({.shards = 2}, body);
        if (moves == enough) {
            EXPECT_EQ(got, "it came");
        }
        broke |= got == "broken on the way";
    }
    EXPECT_TRUE(broke);
}

TEST(P17, a_result_that_breaks_on_its_way_reaches_who_awaits_or_joins_as_an_exception) {
    expect_value_or_exception([](int moves) -> task<> { (void)co_await make(moves); });
    expect_value_or_exception([](int moves) -> task<> {
        auto apart = spawn(make(moves), pinned{1});
        (void)co_await std::move(apart);
    });
    expect_value_or_exception([](int moves) -> task<> {
        auto inline_joined = spawn(make_at_once(moves));
        (void)co_await std::move(inline_joined);
    });
    expect_value_or_exception([](int moves) -> task<> {
        auto ended = spawn(make(moves), pinned{1});
        while (!ended.ready()) co_await yield();
        (void)co_await std::move(ended);
    });
    expect_value_or_exception([](int moves) -> task<> { (void)co_await shielded(make(moves)); });
}

TEST(P17, a_result_that_breaks_on_its_way_reaches_a_thread_outside_as_an_exception) {
    auto started = runtime::start({.shards = 1});
    ASSERT_TRUE(started.has_value());
    EXPECT_THROW((void)(*started)->spawn(make(1)).get(), std::runtime_error);
    EXPECT_GE((*started)->spawn(make(enough)).get().moves_left, 0);
    EXPECT_THROW((void)run({.shards = 1}, [] { return make(1); }), std::runtime_error);
}

TEST(P17, a_result_that_breaks_on_its_way_passes_groups_races_and_limits) {
    expect_value_or_exception([](int moves) -> task<> {
        auto all = when_all(make(moves), make(enough));
        (void)co_await std::move(all);
    });
    expect_value_or_exception([](int moves) -> task<> {
        std::vector<task<fragile>> work;
        work.push_back(make(moves));
        work.push_back(make(moves));
        auto all = when_all(std::move(work));
        (void)co_await std::move(all);
    });
    expect_value_or_exception([](int moves) -> task<> {
        auto any = when_any(make(moves), make(moves));
        (void)co_await std::move(any);
    });
    expect_value_or_exception([](int moves) -> task<> {
        std::vector<task<fragile>> work;
        work.push_back(make(moves));
        work.push_back(make(moves));
        auto any = when_any(std::move(work));
        (void)co_await std::move(any);
    });
    expect_value_or_exception([](int moves) -> task<> {
        std::stop_source nobody_stops;
        auto tied = with_stop(nobody_stops.get_token(), make(moves));
        (void)co_await std::move(tied);
    });
    expect_value_or_exception([](int moves) -> task<> {
        auto limited = timeout(std::chrono::hours(1), make(moves));
        (void)co_await std::move(limited);
    });
}

TEST(P17, a_result_of_a_blocking_function_that_breaks_on_its_way_is_an_exception) {
    expect_value_or_exception([](int moves) -> task<> {
        auto started = spawn_blocking([moves] { return fragile(moves); });
        if (!started) throw std::logic_error("refused");
        (void)co_await std::move(*started);
    });
}

} // namespace
} // namespace spargio
