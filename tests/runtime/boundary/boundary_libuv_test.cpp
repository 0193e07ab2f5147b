#include <spargio/boundary/libuv.hpp>
#include <spargio/spargio.hpp>

#include <gtest/gtest.h>

#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace spargio {
namespace {

using call_end = boundary::client<int, int>;
using serve_end = boundary::server<int, int>;
using loop_end = boundary::uv_client<int, int>;
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

class R46_libuv : public testing::Test {
protected:
    R46_libuv() : there_(std::move(*runtime::start({.shards = 2}))), ends_(boundary::channel<int, int>(2)) {
        uv_loop_init(&loop_);
        auto opened = loop_end::open(&loop_, ends_.client);
        EXPECT_TRUE(opened.has_value());
        here_.emplace(std::move(*opened));
    }
    /// A loop that closes has no handle left.
    ~R46_libuv() override {
        here_.reset();
        uv_run(&loop_, UV_RUN_DEFAULT);
        EXPECT_EQ(uv_loop_close(&loop_), 0);
    }

    std::unique_ptr<runtime> there_;
    boundary::channel_ends<int, int> ends_;
    uv_loop_t loop_{};
    std::optional<loop_end> here_;
};

TEST_F(R46_libuv, R46_the_loop_gets_its_answers_on_its_thread_and_runs_until_the_last_has_come) {
    there_->spawn(serve_doubles(ends_.server)).detach();
    int sum = 0;
    const auto home = std::this_thread::get_id();
    struct chain {
        loop_end& by;
        int& sum;
        std::thread::id home;
        void call(int left) {
            const auto begun = by.call(left, [this, left](answer got) {
                EXPECT_EQ(std::this_thread::get_id(), home);
                sum += got.value_or(-1'000'000);
                if (left > 1) call(left - 1);
            });
            EXPECT_TRUE(begun.has_value());
        }
    } chain{*here_, sum, home};
    chain.call(200);
    uv_run(&loop_, UV_RUN_DEFAULT);
    EXPECT_EQ(sum, 200 * 201);
}

TEST_F(R46_libuv, R46_an_idle_client_does_not_keep_the_loop_running) {
    EXPECT_EQ(uv_run(&loop_, UV_RUN_DEFAULT), 0);
}

TEST_F(R46_libuv, R46_a_full_and_a_closed_channel_refuse_at_once) {
    std::vector<answer> got;
    const auto take = [&](answer reply) { got.push_back(reply); };
    EXPECT_TRUE(here_->call(1, take).has_value());
    EXPECT_TRUE(here_->call(2, take).has_value());
    EXPECT_EQ(here_->call(3, take).error(), errc::overloaded);
    ends_.server.close();
    EXPECT_EQ(here_->call(4, take).error(), errc::closed);
    EXPECT_TRUE(got.empty()) << "functions are called from the loop only";
    uv_run(&loop_, UV_RUN_DEFAULT);
    ASSERT_EQ(got.size(), 2u);
    for (const auto& each : got) EXPECT_EQ(each, answer(std::unexpected(errc::closed)));
}

TEST_F(R46_libuv, R46_a_call_can_be_given_up) {
    std::vector<answer> got;
    const auto ticket = here_->call(1, [&](answer reply) { got.push_back(reply); });
    auto taking = there_->spawn(receive_one(ends_.server));
    auto held = std::move(taking).get();
    ticket->give_up();
    ticket->give_up();
    EXPECT_TRUE(got.empty());
    uv_run(&loop_, UV_RUN_DEFAULT);
    EXPECT_EQ(got, (std::vector<answer>{std::unexpected(errc::canceled)}));
    EXPECT_EQ(held->respond(1), status(std::unexpected(errc::canceled)));
    ticket->give_up(); // long gone
}

TEST_F(R46_libuv, R46_closing_the_client_answers_what_is_on_its_way_from_the_loop) {
    std::vector<answer> got;
    for (int i = 0; i < 2; ++i)
        EXPECT_TRUE(here_->call(i, [&](answer reply) { got.push_back(reply); }).has_value());
    here_.reset();
    EXPECT_TRUE(got.empty());
    uv_run(&loop_, UV_RUN_DEFAULT);
    EXPECT_EQ(got, (std::vector<answer>(2, std::unexpected(errc::canceled))));
}

TEST_F(R46_libuv, R46_a_function_may_destroy_the_client) {
    there_->spawn(serve_doubles(ends_.server)).detach();
    int calls = 0;
    for (int i = 0; i < 2; ++i)
        EXPECT_TRUE(here_
                        ->call(i,
                               [&](const answer&) {
                                   ++calls;
                                   here_.reset();
                               })
                        .has_value());
    uv_run(&loop_, UV_RUN_DEFAULT);
    EXPECT_EQ(calls, 2);
}

TEST_F(R46_libuv, R46_clients_come_and_go_while_a_server_answers) {
    there_->spawn(serve_doubles(ends_.server)).detach();
    for (int i = 0; i < 300; ++i) {
        int answers = 0;
        for (int k = 0; k < 2; ++k)
            while (!here_->call(k, [&](const answer&) { ++answers; })) std::this_thread::yield();
        if (i % 2 == 0) uv_run(&loop_, UV_RUN_NOWAIT);
        here_.reset();
        uv_run(&loop_, UV_RUN_DEFAULT);
        ASSERT_EQ(answers, 2);
        auto opened = loop_end::open(&loop_, ends_.client);
        here_.emplace(std::move(*opened));
    }
}

} // namespace
} // namespace spargio
