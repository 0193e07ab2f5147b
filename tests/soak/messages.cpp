// Messages there and back, and answers to each.
#include "tests/soak/worries.hpp"
#include "tests/stress/stress.hpp"

#include <spargio/spargio.hpp>

#include <cstdint>

namespace soak {
namespace {

using namespace spargio;

constexpr std::uint32_t question = 1;

task<> answer_later(std::uint32_t to, std::uint64_t value) {
    (void)co_await this_shard::remote(to).send(question + 1, value);
}

/// Answers what other shards ask, and counts what comes from outside, until the runtime stops.
task<> serve(books& ours) {
    for (;;) {
        const auto got = co_await this_shard::next_event();
        if (!got) break;
        if (got->source == event::outside) {
            note(ours.outside_received);
        } else if (got->tag == question) {
            // It must not wait for room: all servers might, each for another that does not take either.
            if (!this_shard::remote(got->source).post(question + 1, got->value))
                spawn(answer_later(got->source, got->value), pinned{this_shard::id()}).detach();
        } else {
            note(ours.answered);
        }
    }
}

/// Bursts and pauses, so that lanes fill up and shards fall asleep.
task<> ask(books& ours) {
    stress::dice random(this_shard::id() + 1);
    while (ours.goes_on()) {
        const bool enough = ours.asked.load() - ours.answered.load() > 4096; // or memory grows with the backlog
        for (std::uint32_t burst = enough ? 0 : random.roll(64); burst > 0; --burst) {
            const auto done = co_await this_shard::remote(random.roll(shards)).send(question, burst);
            if (!done) break;
            note(ours.asked);
        }
        co_await yield();
    }
}

} // namespace

void start_messages(runtime& on, books& ours) {
    for (std::uint32_t i = 0; i < shards; ++i) {
        on.spawn(serve(ours), pinned{i}).detach(); // until the runtime stops
        ours.employ(on, ask(ours), pinned{i});
    }
}

} // namespace soak
