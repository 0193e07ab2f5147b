// R46 under load: calls from threads, functions and tasks of another runtime, while either side goes away at
// any moment. A call that is never answered hangs its thread, and ctest's limit shows it.
#include "tests/stress/stress.hpp"

#include <gtest/gtest.h>

#include <array>
#include <optional>
#include <thread>
#include <utility>

namespace stress {
namespace {

using namespace spargio;

struct question {
    int number;
    std::chrono::steady_clock::time_point deadline;
};
using call_end = boundary::client<question, int>;
using serve_end = boundary::server<question, int>;
using answer = std::expected<int, errc>;

/// What must not happen is counted here.
struct faults {
    std::atomic<int> over_capacity{0};
    std::atomic<int> wrong_answer{0};
    std::atomic<int> wrong_deadline{0};
    std::atomic<int> unexplained{0};
};

/// How the calls of all rounds ended, to show that every way of ending is met.
struct endings {
    std::atomic<std::uint64_t> replied{0};
    std::atomic<std::uint64_t> closed{0};
    std::atomic<std::uint64_t> timed_out{0};
    std::atomic<std::uint64_t> given_up{0};

    void note(const answer& got) {
        auto& which = got                              ? replied
                      : got.error() == errc::closed    ? closed
                      : got.error() == errc::timed_out ? timed_out
                                                       : given_up;
        which.fetch_add(1, std::memory_order_relaxed);
    }
};

class round {
public:
    round(std::uint64_t seed, endings& into)
        : endings_(into), random_(seed), capacity_(1 + random_.roll(4)),
          ends_(boundary::channel<question, int>(capacity_)) {}

    void play() {
        const runtime_options options{.shards = 1 + random_.roll(2),
                                      .spin = std::chrono::microseconds(random_.roll(2) * 50),
                                      .stop_grace = std::chrono::milliseconds(0)};
        auto there = runtime::start(options);
        auto here = runtime::start(options);
        ASSERT_TRUE(there.has_value() && here.has_value());
        for (std::uint32_t i = 0; i < 3; ++i)
            (*there)->spawn(serve(ends_->server, random_.roll(1000))).detach();
        for (std::uint32_t i = 0; i < 10; ++i) (*here)->spawn(ask(ends_->client, random_.roll(1000))).detach();
        std::thread waiting(
            [this, by = ends_->client, seed = random_.roll(1000)] { wait_for_answers(by, seed); });
        std::thread calling([this, by = ends_->client, seed = random_.roll(1000)] { call_back(by, seed); });
        work(random_.roll(400'000));
        const std::uint32_t end = random_.roll(5);
        if (end == 0) there->reset();
        if (end == 1) ends_->server.close();
        if (end == 2) here->reset();
        if (end == 3) ends_->client.close();
        if (end != 4) work(random_.roll(20'000));
        ends_.reset();
        there->reset(); // from here on nobody serves
        calling.join();
        waiting.join();
        here->reset();
        for (const auto& each : answers_) EXPECT_LE(each.load(), 1) << "answered twice";
        EXPECT_EQ(answered_.load(), begun_.load()) << "calls with a function";
        EXPECT_EQ(faults_.over_capacity.load(), 0);
        EXPECT_EQ(faults_.wrong_answer.load(), 0);
        EXPECT_EQ(faults_.wrong_deadline.load(), 0);
        EXPECT_EQ(faults_.unexplained.load(), 0);
    }

private:
    task<> serve(serve_end calls, std::uint64_t seed) {
        dice random(seed);
        for (;;) {
            auto got = co_await calls.receive();
            if (!got) co_return;
            if (held_.fetch_add(1) + 1 > static_cast<int>(capacity_)) ++faults_.over_capacity;
            if (got->deadline() != (*got)->deadline) ++faults_.wrong_deadline;
            for (std::uint32_t i = random.roll(3); i > 0; --i) co_await yield();
            const int number = (*got)->number;
            held_.fetch_sub(1);
            if (random.roll(8) == 0) continue; // dropped
            const status how = got->respond(2 * number);
            if (!how && how.error() != errc::timed_out && how.error() != errc::canceled) ++faults_.unexplained;
        }
    }

    void check(const answer& got, int number) {
        endings_.note(got);
        if (got ? *got != 2 * number : got.error() == errc::overloaded || got.error() == errc::canceled)
            ++faults_.wrong_answer;
    }

    task<> ask(call_end service, std::uint64_t seed) {
        dice random(seed);
        for (int i = 0; i < 20; ++i) {
            const auto deadline =
                random.roll(2) == 0 ? boundary::no_deadline : std::chrono::steady_clock::now();
            const question what{i, deadline};
            const auto got = co_await service.call(what, deadline);
            check(got, i);
            if (!got && got.error() == errc::closed && random.roll(2) == 0) co_return;
        }
    }

    void wait_for_answers(const call_end& service, std::uint64_t seed) {
        dice random(seed);
        for (int i = 0; i < 30; ++i) {
            const auto deadline = random.roll(2) == 0 ? boundary::no_deadline
                                                      : std::chrono::steady_clock::now() +
                                                            std::chrono::microseconds(random.roll(200));
            check(service.call_and_wait({i, deadline}, deadline), i);
        }
    }

    void call_back(const call_end& service, std::uint64_t seed) {
        dice random(seed);
        for (std::size_t i = 0; i < answers_.size(); ++i) {
            const auto take = [this, i](const answer& got) {
                if (got && *got != 2 * static_cast<int>(i)) ++faults_.wrong_answer;
                endings_.note(got);
                answers_[i].fetch_add(1);
                answered_.fetch_add(1);
            };
            const auto ticket = service.call({static_cast<int>(i), boundary::no_deadline}, take);
            if (!ticket) continue;
            begun_.fetch_add(1);
            work(random.roll(500));
            if (random.roll(4) == 0) ticket->give_up();
        }
    }

    endings& endings_;
    dice random_;
    const std::size_t capacity_;
    std::optional<boundary::channel_ends<question, int>> ends_;
    faults faults_;
    std::atomic<int> held_{0};
    std::array<std::atomic<int>, 40> answers_{};
    std::atomic<int> begun_{0};
    std::atomic<int> answered_{0};
};

TEST(R46_stress, every_call_has_one_answer_whoever_goes_first) {
    endings all;
    for (std::uint64_t i = 0; i < rounds(1000); ++i) {
        SCOPED_TRACE("round " + std::to_string(i));
        round(i + 1, all).play();
        if (HasFailure()) return;
    }
    std::cout << all.replied << " replied, " << all.closed << " closed, " << all.timed_out << " timed out, "
              << all.given_up << " given up\n";
}

} // namespace
} // namespace stress
