#include <spargio/boundary/asio.hpp>
#include <spargio/spargio.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <optional>
#include <thread>
#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>

namespace spargio {
namespace {

namespace asio = boost::asio;
using call_end = boundary::client<int, int>;
using serve_end = boundary::server<int, int>;
using answer = std::expected<int, errc>;

task<> serve_doubles(serve_end calls) {
    for (;;) {
        auto got = co_await calls.receive();
        if (!got) co_return;
        (void)got->respond(2 * **got);
    }
}

task<std::optional<boundary::received<int, int>>> receive_one(serve_end calls) {
    auto got = co_await calls.receive();
    if (!got) co_return std::nullopt;
    co_return std::move(*got);
}

class R46_asio : public testing::Test {
protected:
    R46_asio() : there_(std::move(*runtime::start({.shards = 2}))), ends_(boundary::channel<int, int>(2)) {}

    asio::io_context io_; // destroyed last: a shard may still be leaving post() when the handler has run
    std::unique_ptr<runtime> there_;
    boundary::channel_ends<int, int> ends_;
};

TEST_F(R46_asio, R46_an_asio_coroutine_awaits_tasks_of_a_spargio_runtime_on_its_own_thread) {
    there_->spawn(serve_doubles(ends_.server)).detach();
    int sum = 0;
    bool moved = false;
    const auto body = [&](call_end service) -> asio::awaitable<void> {
        const auto home = std::this_thread::get_id();
        for (int i = 0; i < 200; ++i) {
            const answer got = co_await boundary::async_call(service, i, asio::use_awaitable);
            sum += got.value_or(-1'000'000);
            moved = moved || std::this_thread::get_id() != home;
        }
    };
    asio::co_spawn(io_, body(ends_.client), asio::detached);
    io_.run(); // returns only when the last call has come back: a call is outstanding work
    EXPECT_EQ(sum, 200 * 199);
    EXPECT_FALSE(moved);
}

TEST_F(R46_asio, R46_futures_and_bound_functions_serve_as_well) {
    there_->spawn(serve_doubles(ends_.server)).detach();
    auto future = boundary::async_call(ends_.client, 4, asio::use_future);
    EXPECT_EQ(future.get(), answer(8));
    std::optional<answer> got;
    boundary::async_call(ends_.client, 5,
                         asio::bind_executor(io_.get_executor(), [&](answer reply) { got = reply; }));
    io_.run();
    EXPECT_EQ(got, answer(10));
}

TEST_F(R46_asio, R46_a_refused_call_completes_too_and_never_inside_its_initiation) {
    std::vector<std::optional<answer>> got(4);
    for (std::size_t i = 0; i < got.size(); ++i) {
        if (i == 3) ends_.server.close();
        boundary::async_call(ends_.client, 1, asio::bind_executor(io_.get_executor(), [&got, i](answer reply) {
                                 got[i] = reply;
                             }));
        EXPECT_FALSE(got[i].has_value());
    }
    io_.run();
    EXPECT_EQ(got[0], answer(std::unexpected(errc::closed)));
    EXPECT_EQ(got[1], answer(std::unexpected(errc::closed)));
    EXPECT_EQ(got[2], answer(std::unexpected(errc::overloaded)));
    EXPECT_EQ(got[3], answer(std::unexpected(errc::closed)));
}

TEST_F(R46_asio, R46_a_cancellation_slot_gives_the_call_up) {
    asio::cancellation_signal stop;
    std::optional<answer> got;
    boundary::async_call(
        ends_.client, 1,
        asio::bind_cancellation_slot(
            stop.slot(), asio::bind_executor(io_.get_executor(), [&](answer reply) { got = reply; })));
    auto taking = there_->spawn(receive_one(ends_.server));
    auto held = std::move(taking).get();
    stop.emit(asio::cancellation_type::terminal);
    EXPECT_FALSE(got.has_value()) << "a handler runs on its executor only";
    io_.run();
    EXPECT_EQ(got, answer(std::unexpected(errc::canceled)));
    EXPECT_EQ(held->respond(1), status(std::unexpected(errc::canceled)));
    EXPECT_FALSE(stop.slot().has_handler());
}

TEST_F(R46_asio, R46_an_answer_leaves_nothing_in_the_slot) {
    there_->spawn(serve_doubles(ends_.server)).detach();
    asio::cancellation_signal stop;
    for (int i = 0; i < 100; ++i) {
        std::optional<answer> got;
        boundary::async_call(
            ends_.client, i,
            asio::bind_cancellation_slot(
                stop.slot(), asio::bind_executor(io_.get_executor(), [&](answer reply) { got = reply; })));
        io_.restart();
        io_.run();
        EXPECT_EQ(got, answer(2 * i));
        EXPECT_FALSE(stop.slot().has_handler());
        stop.emit(asio::cancellation_type::terminal);
    }
}

TEST_F(R46_asio, R46_the_end_of_the_runtime_lets_the_io_context_run_out) {
    const auto keep_one = [](serve_end calls) -> task<> {
        auto got = co_await calls.receive();
        channel<int> silent(1);
        (void)co_await silent.receive();
    };
    there_->spawn(keep_one(std::move(ends_.server))).detach();
    std::vector<answer> got;
    for (int i = 0; i < 2; ++i)
        boundary::async_call(ends_.client, i, asio::bind_executor(io_.get_executor(), [&](answer reply) {
                                 got.push_back(reply);
                             }));
    there_.reset();
    io_.run();
    ASSERT_EQ(got.size(), 2u);
    for (const auto& each : got) EXPECT_EQ(each, answer(std::unexpected(errc::closed)));
}

} // namespace
} // namespace spargio
