// P15: what can be awaited is awaited once, or as often as one likes: the second time it waits anew, or ends
// the program with a message; never does it hang, crash, or give the same thing twice. So it is when it is made
// on one shard and awaited on another, and when it is never awaited. One row for each awaitable.
#include <spargio/spargio.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <type_traits>
#include <utility>

namespace spargio {
namespace {

using namespace std::chrono_literals;

enum class answer {
    anew,    ///< it waits and answers as one that was made just now
    message, ///< it ends the program and says why
};

void insist(bool holds) {
    if (!holds) throw std::logic_error("a wait was not answered as it should be");
}

/// What most rows say.
struct row {
    static constexpr answer second_time = answer::anew;
    static constexpr answer elsewhere = answer::anew;
    static constexpr const char* said = "";
    void feed() {} ///< before each wait: sees to it that it will end
    template <class Result>
    static void check(Result&& result) {
        insist(static_cast<bool>(result));
    }
};

struct a_task : row {
    static constexpr answer second_time = answer::message;
    static constexpr const char* said = "is or was awaited before";
    static task<int> work() {
        co_await yield();
        co_return 7;
    }
    task<int> made = work();
    auto wait() { return std::move(made).operator co_await(); }
    static void check(int got) { insist(got == 7); }
};

struct a_join_handle : row {
    static constexpr answer second_time = answer::message;
    static constexpr const char* said = "used up or moved from";
    auto wait() { return spawn(a_task::work()).operator co_await(); }
    static void check(int got) { insist(got == 7); }
};

struct a_yield : row {
    auto wait() { return yield(); }
};

struct a_move_to_a_shard : row {
    auto wait() { return resume_on(1); }
};

struct a_sleep : row {
    auto wait() { return sleep_for(1us); }
};

struct a_tick : row {
    interval every{1us};
    auto wait() { return every.tick(); }
};

struct a_deadline_timer : row {
    deadline_timer timer{std::chrono::steady_clock::now()};
    auto wait() { return timer.operator co_await(); }
};

struct an_event : row {
    manual_event tested;
    void feed() { tested.set(); }
    auto wait() { return tested.wait(); }
};

struct a_latch : row {
    latch tested{0}; // arriving a second time would count down below zero
    auto wait() { return tested.wait(); }
};

struct a_mutex : row {
    mutex tested;
    auto wait() { return tested.lock(); }
    static void check(std::expected<mutex::guard, errc> got) { insist(got && got->owns_lock()); }
};

struct a_mutex_regardless : row {
    mutex tested;
    auto wait() { return tested.lock_regardless(); }
    static void check(const mutex::guard& got) { insist(got.owns_lock()); }
};

struct a_semaphore : row {
    semaphore tested{0};
    void feed() { tested.release(2); }
    auto wait() { return tested.acquire(2); }
};

struct a_receive : row {
    channel<std::unique_ptr<int>> tested{4};
    void feed() {
        auto value = std::make_unique<int>(7);
        insist(tested.try_send(value).has_value());
    }
    auto wait() { return tested.receive(); }
    static void check(std::expected<std::unique_ptr<int>, errc> got) { insist(got && *got && **got == 7); }
};

struct a_send : row {
    static constexpr answer second_time = answer::message;
    static constexpr const char* said = "awaited before";
    channel<std::unique_ptr<int>> tested{4};
    auto wait() { return tested.send(std::make_unique<int>(7)); }
};

struct a_spawn_when_room : row {
    static constexpr answer second_time = answer::message;
    static constexpr const char* said = "moved from";
    auto wait() { return spawn_when_room(a_task::work()); }
};

struct a_message : row {
    static constexpr answer elsewhere = answer::message;
    static constexpr const char* said = "belongs to a shard";
    runtime_handle way = this_shard::context().handle();
    std::uint32_t shard = this_shard::id();
    void feed() { insist(way.post(shard, 1, 7).has_value()); }
    auto wait() { return this_shard::next_event(); }
};

struct a_batch_of_messages : a_message {
    event into[2];
    auto wait() { return this_shard::messages().next_batch(into); }
};

struct a_flush : row {
    static constexpr answer elsewhere = answer::message;
    static constexpr const char* said = "belongs to a shard";
    auto wait() { return this_shard::flush(); }
};

struct an_operation : row {
    static constexpr answer second_time = answer::message;
    static constexpr const char* said = "an operation is awaited that was awaited before";
    auto wait() { return ops::nop(); }
};

struct a_timed_operation : row {
    static constexpr answer second_time = answer::message;
    static constexpr const char* said = "an operation is awaited that was awaited before";
    auto wait() { return timeout(1h, ops::nop()); }
};

/// The second time there is nothing left to send, and it says so at once.
struct a_send_to_a_shard : row {
    static constexpr answer elsewhere = answer::message;
    static constexpr const char* said = "belongs to a shard|another shard";
    auto wait() { return this_shard::remote(1).send(1, 7); }
};

struct a_call_from_outside : row {
    boundary::channel_ends<int, int> ends = boundary::channel<int, int>(4);
    void feed() {
        const auto ticket = ends.client.call(7, [](const std::expected<int, errc>&) {});
        insist(ticket.has_value());
    }
    auto wait() { return ends.server.receive(); }
    static void check(std::expected<boundary::received<int, int>, errc> got) {
        insist(got.has_value() && **got == 7);
        insist(got->respond(8).has_value());
    }
};

struct a_call : row {
    static constexpr answer second_time = answer::message;
    static constexpr const char* said = "a call is awaited that was awaited before";
    boundary::channel_ends<int, int> ends = boundary::channel<int, int>(4);
    static task<> serve(boundary::server<int, int> server) {
        while (auto got = co_await server.receive()) insist(got->respond(**got + 1).has_value());
    }
    a_call() { spawn(serve(ends.server)).detach(); }
    auto wait() { return ends.client.call(7); }
    static void check(std::expected<int, errc> got) { insist(got && *got == 8); }
};

template <class Row, class Awaitable>
task<> wait_and_check(Row& row, Awaitable& made) {
    row.feed();
    if constexpr (std::is_void_v<decltype(made.await_resume())>)
        co_await made;
    else
        Row::check(co_await made);
}

template <class Row>
task<> await_twice() {
    Row row;
    auto&& same = row.wait();
    co_await wait_and_check(row, same);
    co_await wait_and_check(row, same);
}

template <class Row>
task<> await_elsewhere() {
    Row row;
    auto&& made_here = row.wait();
    co_await resume_on(1);
    co_await wait_and_check(row, made_here);
}

template <class Row>
task<> drop_then_await() {
    Row row;
    {
        auto&& never_awaited = row.wait();
        static_cast<void>(never_awaited);
    }
    Row other;
    auto&& awaited = other.wait();
    co_await wait_and_check(other, awaited);
}

template <class Row>
class P15_awaitable : public testing::Test {
protected:
    // Each in a process of its own that starts anew: threads do not survive a fork.
    void SetUp() override { GTEST_FLAG_SET(death_test_style, "threadsafe"); }

    template <class Make>
    static void expect(answer wanted, Make make) {
        const auto runs = [&] { run_on({.shards = 2}, 0, make); };
        if (wanted == answer::anew) {
            EXPECT_NO_THROW(runs());
        } else {
            EXPECT_DEATH(runs(), Row::said);
        }
    }
};

using rows = testing::Types<a_task, a_join_handle, a_yield, a_move_to_a_shard, a_sleep, a_tick,
                            a_deadline_timer, an_event, a_latch, a_mutex, a_mutex_regardless, a_semaphore,
                            a_receive, a_send, a_spawn_when_room, a_message, a_batch_of_messages, a_flush,
                            an_operation, a_timed_operation, a_send_to_a_shard, a_call_from_outside, a_call>;
TYPED_TEST_SUITE(P15_awaitable, rows);

TYPED_TEST(P15_awaitable, waits_anew_or_says_so_when_it_is_awaited_twice) {
    this->expect(TypeParam::second_time, await_twice<TypeParam>);
}

TYPED_TEST(P15_awaitable, works_or_says_so_when_its_task_has_moved_to_another_shard) {
    this->expect(TypeParam::elsewhere, await_elsewhere<TypeParam>);
}

TYPED_TEST(P15_awaitable, does_nothing_when_it_is_never_awaited) {
    this->expect(answer::anew, drop_then_await<TypeParam>);
}

} // namespace
} // namespace spargio
