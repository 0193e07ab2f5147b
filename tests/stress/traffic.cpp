#include "tests/stress/traffic.hpp"

#include "tests/stress/stress.hpp"

#include <atomic>
#include <chrono>
#include <memory>

namespace stress {
namespace {

using namespace spargio;

/// What the tasks of one run share.
struct journey {
    explicit journey(const traffic& plan, std::uint64_t tasks) : plan(plan), finished(tasks) {}

    void fail(std::string reason) {
        const std::lock_guard hold(lock);
        if (problem.empty()) problem = std::move(reason);
    }

    const traffic& plan;
    finish_line finished;
    std::atomic<std::uint64_t> sent{0};
    std::atomic<std::uint64_t> received{0};
    std::mutex lock;
    std::string problem;
};

struct on_exit {
    explicit on_exit(finish_line& line) : line_(line) {}
    ~on_exit() { line_.arrive(); }
    on_exit(const on_exit&) = delete;
    on_exit& operator=(const on_exit&) = delete;
    finish_line& line_;
};

/// Sends one number directly; false when the runtime stops.
task<bool> send_directly(std::uint32_t target, std::uint32_t tag, std::uint64_t value) {
    const auto to = this_shard::remote(target);
    for (;;) {
        const auto done = to.post_direct(tag, value);
        if (done) co_return true;
        if (done.error() != errc::overloaded) co_return false;
        auto room = this_shard::flush();
        if (const auto taken = co_await room; !taken) co_return false;
    }
}

/// Sends one number over the lane, or directly.
task<bool> send_one(const journey& all, std::uint32_t target, std::uint32_t tag, std::uint64_t value) {
    if (all.plan.directly) {
        const bool sent = co_await send_directly(target, tag, value);
        co_return sent;
    }
    const auto done = co_await this_shard::remote(target).send(tag, value);
    co_return done.has_value();
}

/// The same as send_numbers_by_lane() does, directly: singly, in batches, and waiting where there is no room.
task<> send_numbers_directly(journey& all, std::uint32_t target, bool shares_shard) {
    const on_exit arrive(all.finished);
    const auto to = this_shard::remote(target);
    dice random(this_shard::id() * 64 + target + 1);
    message batch[8];
    for (std::uint64_t next = 0; next < all.plan.messages;) {
        work(random.roll(all.plan.gap_steps + 1));
        if (random.roll(16) == 0) {
            const auto count = std::min<std::uint64_t>(1 + random.roll(8), all.plan.messages - next);
            for (std::uint64_t i = 0; i < count; ++i) batch[i] = {target, next + i};
            const auto done = to.post_many_direct({batch, count});
            if (!done) co_return;
            next += *done;
        } else {
            const bool sent = co_await send_directly(target, target, next);
            if (!sent) co_return;
            ++next;
        }
        if (shares_shard && random.roll(32) == 0) co_await yield();
    }
    auto all_taken = this_shard::flush();
    if (const auto taken = co_await all_taken; !taken) co_return;
    all.sent.fetch_add(all.plan.messages);
}

/// Sends numbers 0, 1, 2 ... in every way that the API has, with pauses between.
task<> send_numbers_by_lane(journey& all, std::uint32_t target, bool shares_shard) {
    const on_exit arrive(all.finished);
    const auto to = this_shard::remote(target);
    dice random(this_shard::id() * 64 + target + 1);
    message batch[8];
    for (std::uint64_t next = 0; next < all.plan.messages;) {
        work(random.roll(all.plan.gap_steps + 1));
        const std::uint32_t way = random.roll(16);
        if (way == 0) {
            const auto count = std::min<std::uint64_t>(1 + random.roll(8), all.plan.messages - next);
            for (std::uint64_t i = 0; i < count; ++i) batch[i] = {target, next + i};
            const auto done = co_await to.send_many({batch, count});
            if (!done) co_return;
            next += count;
        } else if (way < 8 && to.post(target, next)) {
            ++next;
        } else {
            const auto done = co_await to.send(target, next);
            if (!done) co_return;
            ++next;
        }
        if (shares_shard && random.roll(32) == 0) co_await yield();
    }
    const auto taken = co_await this_shard::flush();
    if (!taken) co_return;
    all.sent.fetch_add(all.plan.messages);
}

/// Takes `expected` messages and answers them if asked to.
task<> receive_numbers(journey& all, std::uint64_t expected, bool answers) {
    const on_exit arrive(all.finished);
    std::vector<std::uint64_t> next(this_shard::count(), 0);
    for (std::uint64_t count = 0; count < expected; ++count) {
        const auto got = co_await this_shard::next_event();
        if (!got) co_return;
        if (got->tag != this_shard::id() || got->value != next[got->source]) {
            all.fail("shard " + std::to_string(this_shard::id()) + " got number " + std::to_string(got->value) +
                     " for " + std::to_string(got->tag) + " from shard " + std::to_string(got->source) +
                     " where number " + std::to_string(next[got->source]) + " was due");
            co_return;
        }
        ++next[got->source];
        if (!answers) continue;
        const bool answered = co_await send_one(all, got->source, got->source, got->value);
        if (!answered) co_return;
    }
    all.received.fetch_add(expected);
}

/// Sends one number and waits for its answer, over and over: both sides sleep in every round.
task<> ask_and_wait(journey& all, std::uint32_t target) {
    const on_exit arrive(all.finished);
    dice random(7);
    for (std::uint64_t next = 0; next < all.plan.messages; ++next) {
        work(random.roll(all.plan.gap_steps + 1));
        const bool asked = co_await send_one(all, target, target, next);
        if (!asked) co_return;
        const auto got = co_await this_shard::next_event();
        if (!got) co_return;
        if (got->value != next)
            all.fail("the answer to " + std::to_string(next) + " is " + std::to_string(got->value));
    }
    all.sent.fetch_add(2 * all.plan.messages);
    all.received.fetch_add(all.plan.messages);
}

std::uint64_t tasks_of(const traffic& load) {
    switch (load.who) {
    case pattern::one_to_one:
    case pattern::there_and_back:
        return 2;
    case pattern::three_to_one:
        return 4;
    case pattern::all_to_all:
        return load.shards * (load.shards + 1);
    }
    return 0;
}

std::uint64_t spawn_all(runtime& on, journey& all) {
    const traffic& plan = all.plan;
    const auto send_numbers = plan.directly ? send_numbers_directly : send_numbers_by_lane;
    switch (plan.who) {
    case pattern::one_to_one:
        on.spawn(receive_numbers(all, plan.messages, false), pinned{1}).detach();
        on.spawn(send_numbers(all, 1, false), pinned{0}).detach();
        return plan.messages;
    case pattern::there_and_back:
        on.spawn(receive_numbers(all, plan.messages, true), pinned{1}).detach();
        on.spawn(ask_and_wait(all, 1), pinned{0}).detach();
        return 2 * plan.messages;
    case pattern::three_to_one:
        on.spawn(receive_numbers(all, 3 * plan.messages, false), pinned{0}).detach();
        for (std::uint32_t source = 1; source <= 3; ++source)
            on.spawn(send_numbers(all, 0, false), pinned{source}).detach();
        return 3 * plan.messages;
    case pattern::all_to_all:
        for (std::uint32_t here = 0; here < plan.shards; ++here) {
            on.spawn(receive_numbers(all, plan.shards * plan.messages, false), pinned{here}).detach();
            for (std::uint32_t there = 0; there < plan.shards; ++there)
                on.spawn(send_numbers(all, there, true), pinned{here}).detach();
        }
        return plan.shards * plan.shards * plan.messages;
    }
    return 0;
}

/// Ends its shard's sleeps by time. A wake-up that is lost then does not stop the traffic, but is counted.
task<> tick(unsigned tick_us, std::uint64_t seed) {
    dice random(seed);
    while (co_await sleep_for(std::chrono::microseconds(random.roll(2 * tick_us)))) {
    }
}

} // namespace

totals run_traffic(const traffic& load) {
    const forced_tier tier(load.tier);
    auto started = runtime::start({.shards = load.shards,
                                   .lane_capacity = load.lane_capacity,
                                   .spin = std::chrono::microseconds(load.spin_us)});
    if (!started) return {.problem = started.error().message};
    runtime& on = **started;
    journey all(load, tasks_of(load));
    if (load.tick_us != 0)
        for (std::uint32_t i = 0; i < load.shards; ++i) on.spawn(tick(load.tick_us, i), pinned{i}).detach();
    const std::uint64_t expected = spawn_all(on, all);
    const bool ended = all.finished.wait(
        [&] { return load.tick_us != 0 ? on.stats().total().messages_received : total_progress(on); });
    totals found{.parks = total_parks(on),
                 .timeout_wakes_with_work = on.stats().total().timeout_wakes_with_work,
                 .problem = {}};
    const std::string figures = account(on);
    // Said before the stop: where a wake-up was lost, the stop may hang as well.
    if (!ended) std::cout << load.name << ": standstill\n" << figures << std::flush;
    started->reset();
    found.sent = all.sent.load();
    found.received = all.received.load();
    found.problem = all.problem;
    if (!ended) found.problem = "standstill: a wake-up or a message was lost\n" + figures;
    if (found.problem.empty() && (found.sent != expected || found.received != expected))
        found.problem = "of " + std::to_string(expected) + " messages " + std::to_string(found.sent) +
                        " were taken by lanes and " + std::to_string(found.received) + " arrived\n" + figures;
    return found;
}

} // namespace stress
