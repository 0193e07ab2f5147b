// What is made for one use and destroyed by whoever it woke, while the one who woke it may still be at it.
#include <spargio/spargio.hpp>

#include "tests/runtime/start_runtime.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace spargio {
namespace {

#if defined(SPARGIO_TEST_SANITIZED)
constexpr int rounds = 1500;
#else
constexpr int rounds = 6000;
#endif

void insist(bool holds) {
    if (!holds) throw std::logic_error("a wait was not answered");
}

// For each: `wait` is one task's, `wake` what another one does, once; on any thread where it says so.

struct with_send {
    static constexpr bool wakes_anywhere = false;
    channel<int> tested{1};
    task<> wait() {
        auto got = co_await tested.receive();
        insist(got && *got == 7);
    }
    static task<> wake(with_send& of) {
        auto& to = of.tested;
        auto sent = co_await to.send(7);
        insist(sent.has_value());
    }
};

struct with_try_send {
    static constexpr bool wakes_anywhere = true;
    channel<int> tested{1};
    task<> wait() {
        auto got = co_await tested.receive();
        insist(got && *got == 7);
    }
    static void wake_anywhere(with_try_send& of) {
        int value = 7;
        insist(of.tested.try_send(value).has_value());
    }
};

struct with_close {
    static constexpr bool wakes_anywhere = true;
    channel<int> tested{1};
    task<> wait() {
        auto got = co_await tested.receive();
        insist(!got && got.error() == errc::closed);
    }
    static void wake_anywhere(with_close& of) { of.tested.close(); }
};

/// The one who waits is a sender, for room.
struct with_receive {
    static constexpr bool wakes_anywhere = false;
    channel<int> tested{1};
    with_receive() {
        int first = 1;
        insist(tested.try_send(first).has_value());
    }
    task<> wait() {
        auto sent = co_await tested.send(2);
        insist(sent.has_value());
    }
    static task<> wake(with_receive& of) {
        auto& from = of.tested;
        auto got = co_await from.receive();
        insist(got && *got == 1);
    }
};

struct with_try_receive {
    static constexpr bool wakes_anywhere = true;
    channel<int> tested{1};
    with_try_receive() {
        int first = 1;
        insist(tested.try_send(first).has_value());
    }
    task<> wait() {
        auto sent = co_await tested.send(2);
        insist(sent.has_value());
    }
    static void wake_anywhere(with_try_receive& of) { insist(of.tested.try_receive().has_value()); }
};

struct with_event {
    static constexpr bool wakes_anywhere = true;
    manual_event tested;
    task<> wait() {
        auto how = co_await tested.wait();
        insist(how.has_value());
    }
    static void wake_anywhere(with_event& of) { of.tested.set(); }
};

struct with_latch {
    static constexpr bool wakes_anywhere = true;
    latch tested{1};
    task<> wait() {
        auto how = co_await tested.wait();
        insist(how.has_value());
    }
    static void wake_anywhere(with_latch& of) { of.tested.count_down(); }
};

struct with_semaphore {
    static constexpr bool wakes_anywhere = true;
    semaphore tested{0};
    task<> wait() {
        auto how = co_await tested.acquire();
        insist(how.has_value());
    }
    static void wake_anywhere(with_semaphore& of) { of.tested.release(); }
};

struct with_mutex {
    static constexpr bool wakes_anywhere = true;
    mutex tested;
    mutex::guard held{tested.try_lock()};
    task<> wait() {
        auto mine = co_await tested.lock();
        insist(mine.has_value());
    }
    static void wake_anywhere(with_mutex& of) {
        mutex::guard mine = std::move(of.held);
        mine.unlock();
    }
};

struct with_condition {
    static constexpr bool wakes_anywhere = true;
    mutex guards;
    condition tested;
    bool happened = false;
    task<> wait() {
        auto held = co_await guards.lock();
        while (!happened) {
            auto how = co_await tested.wait(*held);
            insist(how.has_value());
        }
    }
    static void wake_anywhere(with_condition& of) {
        for (;;) {
            mutex::guard held = of.guards.try_lock();
            if (!held) {
                std::this_thread::yield();
                continue;
            }
            of.happened = true;
            of.tested.notify_all();
            return; // the lock goes last: with it the other may destroy all
        }
    }
};

/// A call and its answer; both ends go when the answer has come.
struct with_call {
    static constexpr bool wakes_anywhere = false;
    boundary::channel_ends<int, int> tested{boundary::channel<int, int>(1)};
    task<> wait() {
        auto answer = co_await tested.client.call(7);
        insist(answer && *answer == 8);
    }
    static task<> wake(with_call& of) {
        auto server = std::move(of.tested.server);
        auto received = co_await server.receive();
        insist(received.has_value());
        auto answered = received->respond(**received + 1);
        insist(answered.has_value());
    }
};

struct with_scope {
    static constexpr bool wakes_anywhere = false;
    manual_event begun;
    task_group tested;
    std::atomic<bool>* over = nullptr;
    task<> wait() {
        auto end = tested.join();
        tested.spawn(last_child(begun), pinned{this_shard::id()});
        co_await std::move(end);
    }
    static task<> last_child(manual_event& of) {
        auto how = co_await of.wait();
        insist(how.has_value());
    }
    static task<> wake(with_scope& of) {
        of.begun.set();
        co_return;
    }
};

template <class Tested>
task<> wake_by_task(Tested& of) {
    if constexpr (Tested::wakes_anywhere) {
        Tested::wake_anywhere(of);
        co_return;
    } else {
        auto woken = Tested::wake(of);
        co_await std::move(woken);
    }
}

/// Destroyed as soon as the wait is over, with whoever ended it in the middle of doing so.
template <class Tested>
task<> use_once_each(std::uint32_t waker_shard, int times) {
    for (int round = 0; round < times; ++round) {
        auto once = std::make_unique<Tested>();
        auto waker = spawn(wake_by_task(*once), pinned{waker_shard});
        if (round % 4 == 0) co_await yield();
        auto wait = once->wait();
        co_await std::move(wait);
        once.reset();
        co_await std::move(waker);
    }
}

/// Keeps a shard awake, so that who is woken there runs at once.
task<> stay_awake(const std::atomic<bool>& over) {
    while (!over) co_await yield();
}

template <class Tested>
task<> use_across_shards(int times) {
    std::atomic<bool> over{false};
    auto awake = spawn(stay_awake(over), pinned{0});
    auto awake_there = spawn(stay_awake(over), pinned{1});
    auto across = use_once_each<Tested>(1, times);
    co_await std::move(across);
    over = true;
    co_await std::move(awake);
    co_await std::move(awake_there);
    auto within = use_once_each<Tested>(0, times / 4);
    co_await std::move(within);
}

template <class Tested>
task<> use_one(std::atomic<Tested*>& given, int times) {
    for (int round = 0; round < times; ++round) {
        auto once = std::make_unique<Tested>();
        given.store(once.get());
        auto wait = once->wait();
        co_await std::move(wait);
        once.reset();
        while (given.load() != nullptr) co_await yield(); // the thread is through with it
    }
}

template <class Tested>
void use_with_a_thread(int times) {
    std::atomic<Tested*> given{nullptr};
    std::atomic<bool> over{false};
    std::thread waker([&] {
        while (!over) {
            Tested* const next = given.load();
            if (next == nullptr) {
                std::this_thread::yield();
                continue;
            }
            Tested::wake_anywhere(*next);
            given.store(nullptr);
        }
    });
    run({.shards = 1}, [&] { return use_one(given, times); });
    over = true;
    waker.join();
}

template <class Tested>
void use_everywhere() {
    run({.shards = 2}, [] { return use_across_shards<Tested>(rounds); });
    if constexpr (Tested::wakes_anywhere) use_with_a_thread<Tested>(rounds / 4);
}

TEST(R20, a_channel_may_be_destroyed_by_the_receiver_of_its_only_value) {
    use_everywhere<with_send>();
    use_everywhere<with_try_send>();
}

TEST(R20, a_channel_may_be_destroyed_by_who_finds_it_closed) { use_everywhere<with_close>(); }

TEST(R20, a_channel_may_be_destroyed_by_the_sender_whose_value_found_room) {
    use_everywhere<with_receive>();
    use_everywhere<with_try_receive>();
}

TEST(R38, an_event_may_be_destroyed_by_who_waited_for_it) { use_everywhere<with_event>(); }

TEST(R38, a_latch_may_be_destroyed_by_who_waited_for_it) { use_everywhere<with_latch>(); }

TEST(R38, a_semaphore_may_be_destroyed_by_who_got_its_last_unit) { use_everywhere<with_semaphore>(); }

TEST(R38, a_mutex_may_be_destroyed_by_who_gets_it_last) { use_everywhere<with_mutex>(); }

TEST(R38, a_condition_and_its_mutex_may_be_destroyed_by_who_was_notified) { use_everywhere<with_condition>(); }

TEST(R46, the_ends_of_a_boundary_channel_may_go_when_the_answer_has_come) { use_everywhere<with_call>(); }

TEST(R37, a_group_may_go_when_its_last_child_has_ended) { use_everywhere<with_scope>(); }

task<std::string> result_of(int round) { co_return std::string(100, static_cast<char>('a' + round % 26)); }

task<> join_across(int times) {
    std::atomic<bool> over{false};
    auto awake = spawn(stay_awake(over), pinned{0});
    for (int round = 0; round < times; ++round) {
        auto handle = std::make_unique<join_handle<std::string>>(spawn(result_of(round), pinned{1}));
        auto text = co_await std::move(*handle);
        handle.reset();
        insist(text.size() == 100);
        auto dropped = std::make_unique<join_handle<std::string>>(spawn(result_of(round), pinned{1}));
        while (round % 2 == 0 && !dropped->ready()) co_await yield();
        dropped.reset();
    }
    over = true;
    co_await std::move(awake);
}

TEST(R7, a_task_may_be_dropped_as_soon_as_its_result_is_there) {
    run({.shards = 2}, [] { return join_across(rounds); });
    const auto tested = start(2);
    for (int round = 0; round < rounds / 4; ++round) { // a foreign waiter on this thread's stack
        auto handle = tested->spawn(result_of(round), pinned{static_cast<std::uint32_t>(round % 2)});
        insist(std::move(handle).get().size() == 100);
    }
}

task<> flush_once(int times) {
    for (int round = 0; round < times; ++round) {
        auto to = this_shard::remote(1);
        insist(to.post(1, static_cast<std::uint64_t>(round)).has_value());
        auto ticket = std::unique_ptr<flush_ticket>(new flush_ticket(this_shard::flush()));
        flush_ticket& mine = *ticket; // g++ 12 would copy what `*ticket` names
        auto how = co_await mine;
        ticket.reset();
        insist(how.has_value());
    }
}

task<> take_all(int times) {
    for (int round = 0; round < times; ++round) {
        auto came = co_await this_shard::next_event();
        insist(came.has_value());
    }
}

TEST(R18, a_flush_ticket_may_go_when_it_is_complete) {
    run({.shards = 2}, []() -> task<> {
        auto taker = spawn(take_all(rounds), pinned{1});
        auto sender = spawn(flush_once(rounds), pinned{0});
        co_await std::move(sender);
        co_await std::move(taker);
    });
}

/// A task of one runtime tells one of another, which stops as soon as it has heard.
TEST(P16, a_runtime_may_stop_as_soon_as_its_task_has_its_value_from_another_runtime) {
    const auto sending = start(1);
    for (int round = 0; round < rounds / 20; ++round) {
        channel<int> between(1);
        std::optional<join_handle<>> sender;
        {
            const auto receiving = start(1);
            auto receiver = receiving->spawn([](channel<int>& from) -> task<> {
                auto got = co_await from.receive();
                static_cast<void>(got); // or destroyed by the stop
            }(between));
            sender = sending->spawn([](channel<int>& to) -> task<> {
                auto sent = co_await to.send(7);
                insist(sent.has_value());
            }(between));
            receiver.detach();
            receiving->stop();
        }
        std::move(*sender).get();
    }
}

} // namespace
} // namespace spargio
