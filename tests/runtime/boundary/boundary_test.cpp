#include <spargio/spargio.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace spargio {
namespace {

using namespace std::chrono_literals;

using call_end = boundary::client<int, int>;
using serve_end = boundary::server<int, int>;
using answer = std::expected<int, errc>;

task<int> serve_doubles(serve_end calls) {
    int served = 0;
    for (;;) {
        auto got = co_await calls.receive();
        if (!got) co_return served;
        served += got->respond(2 * **got).has_value() ? 1 : 0;
    }
}

task<answer> ask(call_end service, int argument) { co_return co_await service.call(argument); }

std::unique_ptr<runtime> started(const runtime_options& options) {
    auto made = runtime::start(options);
    EXPECT_TRUE(made.has_value());
    return std::move(*made);
}

/// Receives one call and keeps it.
task<std::optional<boundary::received<int, int>>> receive_one(serve_end calls) {
    auto got = co_await calls.receive();
    if (!got) co_return std::nullopt;
    co_return std::move(*got);
}

/// A function for call() that notes its answers.
struct notes {
    std::atomic<int> count{0};
    std::atomic<int> value{0}; ///< the last one; an error as a negative number
    auto taker() {
        return [this](answer reply) {
            value.store(reply ? *reply : -static_cast<int>(reply.error()));
            count.fetch_add(1);
        };
    }
    void wait() const {
        while (count.load() == 0) std::this_thread::yield();
    }
};

constexpr int as_note(errc why) { return -static_cast<int>(why); }

TEST(R46, a_task_calls_tasks_of_its_own_runtime_on_any_shard) {
    const auto body = []() -> task<int> {
        auto [client, server] = boundary::channel<int, int>(4);
        std::vector<join_handle<int>> servers;
        for (std::uint32_t shard = 0; shard < 2; ++shard)
            servers.push_back(spawn(serve_doubles(server), pinned{shard}));
        int sum = 0;
        for (int i = 0; i < 1000; ++i) {
            const auto got = co_await client.call(i);
            sum += got ? *got : -1'000'000;
        }
        client.close();
        for (auto& each : servers) co_await std::move(each);
        co_return sum;
    };
    EXPECT_EQ(run({.shards = 2}, body), 999'000);
}

TEST(R46, a_task_of_another_runtime_calls) {
    const auto there = started({.shards = 1});
    const auto here = started({.shards = 1});
    auto [client, server] = boundary::channel<int, int>(1);
    there->spawn(serve_doubles(std::move(server))).detach();
    auto asking = here->spawn(ask(client, 21));
    EXPECT_EQ(std::move(asking).get(), 42);
}

TEST(R46, a_thread_calls_and_waits) {
    const auto there = started({.shards = 2});
    auto [client, server] = boundary::channel<int, int>(1);
    there->spawn(serve_doubles(std::move(server))).detach();
    for (int i = 0; i < 100; ++i) {
        EXPECT_EQ(client.call_and_wait(i), 2 * i);
        EXPECT_EQ(client.call_and_wait_for(i, 1h), 2 * i);
    }
}

TEST(R46, a_thread_that_must_not_block_is_called_back_exactly_once) {
    const auto there = started({.shards = 1});
    auto [client, server] = boundary::channel<int, int>(1);
    there->spawn(serve_doubles(std::move(server))).detach();
    for (int i = 1; i < 100; ++i) {
        notes got;
        ASSERT_TRUE(client.call(i, got.taker()).has_value());
        got.wait();
        EXPECT_EQ(got.value.load(), 2 * i);
        EXPECT_EQ(got.count.load(), 1);
    }
}

TEST(R46, requests_and_replies_may_be_such_as_can_only_be_moved) {
    using box = std::unique_ptr<int>;
    const auto serve = [](boundary::server<box, box> calls) -> task<> {
        auto got = co_await calls.receive();
        box reply = std::make_unique<int>(***got + 1);
        (void)got->respond(std::move(reply));
    };
    const auto there = started({.shards = 1});
    auto [client, server] = boundary::channel<box, box>(1);
    there->spawn(serve(std::move(server))).detach();
    const auto got = client.call_and_wait(std::make_unique<int>(6));
    ASSERT_TRUE(got.has_value());
    EXPECT_EQ(**got, 7);
}

TEST(R46, a_full_channel_refuses_and_calls_being_served_count) {
    const auto there = started({.shards = 1});
    auto [client, server] = boundary::channel<int, int>(2);
    notes first;
    notes second;
    notes third;
    ASSERT_TRUE(client.call(1, first.taker()).has_value());
    auto taking = there->spawn(receive_one(server));
    auto held = std::move(taking).get();
    ASSERT_TRUE(held.has_value());
    ASSERT_TRUE(client.call(2, second.taker()).has_value());
    const auto refused = client.call(3, third.taker());
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error(), errc::overloaded);
    const auto trying = [](call_end service) -> task<answer> { co_return co_await service.try_call(3); };
    auto tried = there->spawn(trying(client));
    EXPECT_EQ(std::move(tried).get(), std::unexpected(errc::overloaded));
    EXPECT_TRUE(held->respond(10).has_value());
    EXPECT_EQ(first.value.load(), 10);
    EXPECT_TRUE(client.call(3, third.taker()).has_value()) << "an answer makes room";
    server.close();
    EXPECT_EQ(second.value.load(), as_note(errc::closed));
    EXPECT_EQ(third.value.load(), as_note(errc::closed));
    EXPECT_EQ(first.count + second.count + third.count, 3);
}

TEST(R46, a_call_waits_for_room_and_then_for_its_answer) {
    const auto there = started({.shards = 2});
    auto [client, server] = boundary::channel<int, int>(1);
    std::vector<join_handle<answer>> asking;
    for (int i = 0; i < 100; ++i) asking.push_back(there->spawn(ask(client, i)));
    there->spawn(serve_doubles(std::move(server))).detach();
    for (int i = 0; i < 100; ++i) EXPECT_EQ(std::move(asking[static_cast<std::size_t>(i)]).get(), 2 * i);
}

TEST(R46, a_caller_that_ran_out_of_time_is_told_so_never_early_and_the_server_too) {
    const auto there = started({.shards = 1});
    auto [client, server] = boundary::channel<int, int>(1);
    auto taking = there->spawn(receive_one(server));
    const auto before = std::chrono::steady_clock::now();
    EXPECT_EQ(client.call_and_wait_for(1, 20ms), std::unexpected(errc::timed_out));
    EXPECT_GE(std::chrono::steady_clock::now() - before, 20ms);
    auto held = std::move(taking).get();
    ASSERT_TRUE(held.has_value());
    EXPECT_FALSE(held->caller_waits());
    EXPECT_EQ(held->respond(5), std::unexpected(errc::timed_out));
    // One that nobody has received gives its room back by itself.
    EXPECT_EQ(client.call_and_wait_for(1, 1ms), std::unexpected(errc::timed_out));
    notes next;
    EXPECT_TRUE(client.call(2, next.taker()).has_value());
    server.close();
}

TEST(R46, the_deadline_travels_with_the_call) {
    const auto there = started({.shards = 1});
    auto [client, server] = boundary::channel<int, int>(2);
    const auto deadline = std::chrono::steady_clock::now() + 1h;
    notes with;
    notes without;
    ASSERT_TRUE(client.call(1, with.taker(), deadline).has_value());
    ASSERT_TRUE(client.call(2, without.taker()).has_value());
    auto first = there->spawn(receive_one(server));
    EXPECT_EQ(std::move(first).get()->deadline(), deadline);
    auto second = there->spawn(receive_one(server));
    EXPECT_EQ(std::move(second).get()->deadline(), boundary::no_deadline);
}

TEST(R46, a_cancelled_caller_is_gone_for_the_server) {
    const auto there = started({.shards = 1});
    const auto here = started({.shards = 1});
    auto [client, server] = boundary::channel<int, int>(1);
    auto asking = here->spawn(ask(client, 1));
    auto taking = there->spawn(receive_one(server));
    auto held = std::move(taking).get();
    ASSERT_TRUE(held.has_value());
    EXPECT_TRUE(held->caller_waits());
    asking.cancel();
    EXPECT_EQ(std::move(asking).get(), std::unexpected(errc::canceled));
    EXPECT_FALSE(held->caller_waits());
    EXPECT_EQ(held->respond(5), std::unexpected(errc::canceled));
}

TEST(R46, a_cancelled_call_that_waits_for_room_is_never_received) {
    const auto there = started({.shards = 1});
    const auto here = started({.shards = 1});
    auto [client, server] = boundary::channel<int, int>(1);
    notes first;
    ASSERT_TRUE(client.call(1, first.taker()).has_value());
    auto asking = here->spawn(ask(client, 2));
    asking.cancel();
    EXPECT_EQ(std::move(asking).get(), std::unexpected(errc::canceled));
    client.close();
    auto serving = there->spawn(serve_doubles(server));
    EXPECT_EQ(std::move(serving).get(), 1);
    EXPECT_EQ(first.value.load(), 2);
}

TEST(R46, a_ticket_gives_a_call_up_once_or_comes_too_late) {
    const auto there = started({.shards = 1});
    auto [client, server] = boundary::channel<int, int>(1);
    notes early;
    const auto ticket = client.call(1, early.taker());
    ASSERT_TRUE(ticket.has_value());
    auto taking = there->spawn(receive_one(server));
    auto held = std::move(taking).get();
    EXPECT_TRUE(ticket->give_up(errc::timed_out));
    EXPECT_FALSE(ticket->give_up());
    EXPECT_EQ(held->respond(5), std::unexpected(errc::timed_out));
    EXPECT_EQ(early.value.load(), as_note(errc::timed_out));
    EXPECT_EQ(early.count.load(), 1);

    notes late;
    const auto answered = client.call(1, late.taker());
    ASSERT_TRUE(answered.has_value());
    auto again = there->spawn(receive_one(server));
    EXPECT_TRUE(std::move(again).get()->respond(6).has_value());
    EXPECT_FALSE(answered->give_up());
    EXPECT_EQ(late.value.load(), 6);
    EXPECT_EQ(late.count.load(), 1);
}

TEST(R46, a_call_that_the_server_drops_is_answered_closed) {
    const auto there = started({.shards = 1});
    auto [client, server] = boundary::channel<int, int>(1);
    notes got;
    ASSERT_TRUE(client.call(1, got.taker()).has_value());
    auto taking = there->spawn(receive_one(server));
    { const auto dropped = std::move(taking).get(); }
    EXPECT_EQ(got.value.load(), as_note(errc::closed));
    EXPECT_EQ(got.count.load(), 1);
}

TEST(R46, after_closing_what_was_received_may_still_be_answered) {
    const auto there = started({.shards = 1});
    const auto here = started({.shards = 1});
    auto [client, server] = boundary::channel<int, int>(2);
    notes received_before;
    notes queued;
    ASSERT_TRUE(client.call(1, received_before.taker()).has_value());
    auto taking = there->spawn(receive_one(server));
    auto held = std::move(taking).get();
    ASSERT_TRUE(client.call(2, queued.taker()).has_value());
    auto for_room = here->spawn(ask(client, 3));
    server.close();
    EXPECT_EQ(queued.value.load(), as_note(errc::closed));
    EXPECT_EQ(std::move(for_room).get(), std::unexpected(errc::closed));
    EXPECT_EQ(client.call_and_wait(4), std::unexpected(errc::closed));
    EXPECT_TRUE(held->respond(5).has_value());
    EXPECT_EQ(received_before.value.load(), 5);
    auto none = there->spawn(receive_one(server));
    EXPECT_FALSE(std::move(none).get().has_value());
}

TEST(R46, when_the_last_client_is_gone_servers_get_what_is_left_and_then_closed) {
    const auto there = started({.shards = 1});
    auto [client, server] = boundary::channel<int, int>(3);
    notes got;
    {
        const auto first = std::move(client);
        const auto second = first;
        for (int i = 0; i < 3; ++i) ASSERT_TRUE(second.call(i, got.taker()).has_value());
    }
    auto serving = there->spawn(serve_doubles(std::move(server)));
    EXPECT_EQ(std::move(serving).get(), 3);
    EXPECT_EQ(got.count.load(), 3);
}

TEST(R46, a_server_that_waits_is_told_when_the_last_client_goes) {
    const auto there = started({.shards = 1, .spin = 0us});
    auto [client, server] = boundary::channel<int, int>(3);
    auto serving = there->spawn(serve_doubles(std::move(server)));
    while (there->stats(0).tasks_run == 0) std::this_thread::yield();
    { const auto last = std::move(client); }
    EXPECT_EQ(std::move(serving).get(), 0);
}

TEST(R46, a_cancelled_receive_takes_no_call) {
    const auto there = started({.shards = 1});
    auto [client, server] = boundary::channel<int, int>(1);
    const auto receive = [](serve_end calls) -> task<errc> {
        auto got = co_await calls.receive();
        co_return got ? errc{} : got.error();
    };
    auto waiting = there->spawn(receive(server));
    waiting.cancel();
    EXPECT_EQ(std::move(waiting).get(), errc::canceled);
    there->spawn(serve_doubles(server)).detach();
    EXPECT_EQ(client.call_and_wait(4), 8);
}

TEST(R46, the_end_of_the_servers_runtime_answers_every_call_wherever_it_is) {
    const auto here = started({.shards = 1});
    auto there = started({.shards = 2});
    auto [client, server] = boundary::channel<int, int>(2);
    const auto hold_one = [](serve_end calls) -> task<> {
        auto got = co_await calls.receive();
        channel<int> silent(1);
        (void)co_await silent.receive(); // until the runtime's end
    };
    auto taking = there->spawn(hold_one(std::move(server)));
    notes held;
    notes queued;
    ASSERT_TRUE(client.call(1, held.taker()).has_value());
    ASSERT_TRUE(client.call(2, queued.taker()).has_value());
    auto for_room = here->spawn(ask(client, 3)); // a task of another runtime
    while (here->stats(0).tasks_run == 0) std::this_thread::yield();
    there.reset();
    EXPECT_EQ(held.value.load(), as_note(errc::closed));
    EXPECT_EQ(queued.value.load(), as_note(errc::closed));
    EXPECT_EQ(std::move(for_room).get(), std::unexpected(errc::closed));
    EXPECT_EQ(client.call_and_wait(4), std::unexpected(errc::closed));
}

TEST(R46, a_server_outlives_the_runtime_of_its_caller) {
    const auto there = started({.shards = 1});
    auto here = started({.shards = 1});
    auto [client, server] = boundary::channel<int, int>(1);
    here->spawn(ask(client, 1)).detach();
    auto taking = there->spawn(receive_one(server));
    auto held = std::move(taking).get();
    ASSERT_TRUE(held.has_value());
    here.reset();
    EXPECT_EQ(held->respond(1), std::unexpected(errc::canceled));
}

} // namespace
} // namespace spargio
