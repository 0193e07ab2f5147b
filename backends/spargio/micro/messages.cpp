// What an item costs on its way from one shard to another, with both awake.
#include "backends/spargio/micro/on_shards.hpp"

#include <array>
#include <cstdint>
#include <span>

namespace bench::micro {
namespace {

constexpr std::int64_t batch_size = 64;

/// Takes `count` messages and then says so with one of its own.
spargio::task<std::uint64_t> take_messages(std::int64_t count) {
    std::array<spargio::event, batch_size> events;
    auto incoming = spargio::this_shard::messages();
    std::uint64_t sum = 0;
    for (std::int64_t taken = 0; taken < count;) {
        const auto got = co_await incoming.next_batch(events);
        if (!got) co_return 0;
        for (std::size_t i = 0; i < *got; ++i) sum += events[i].value;
        taken += static_cast<std::int64_t>(*got);
    }
    co_return sum;
}

spargio::task<int> send_batches(benchmark::State& state) {
    // Whole batches: Google Benchmark's count, rounded up.
    const std::int64_t count = (static_cast<std::int64_t>(state.max_iterations) + batch_size - 1) / batch_size;
    auto far_side = spargio::spawn(take_messages(count * batch_size), spargio::pinned{1});
    const auto target = spargio::this_shard::remote(1);
    std::array<spargio::message, batch_size> messages;
    messages.fill(spargio::message{0, 1});
    std::int64_t sent = 0;
    while (state.KeepRunningBatch(batch_size)) {
        if (const auto sent_all = co_await target.send_many(messages); !sent_all) break;
        ++sent;
    }
    const std::uint64_t sum = co_await std::move(far_side);
    if (sent != count || sum != static_cast<std::uint64_t>(count * batch_size))
        state.SkipWithError("messages were lost");
    co_return 0;
}

/// Sends `count` messages one by one, and waits where there is no room.
template <bool directly>
spargio::task<int> send_singly(benchmark::State& state) {
    auto far_side =
        spargio::spawn(take_messages(static_cast<std::int64_t>(state.max_iterations)), spargio::pinned{1});
    const auto target = spargio::this_shard::remote(1);
    std::uint64_t sent = 0;
    for (auto each : state) {
        static_cast<void>(each);
        while (!(directly ? target.post_direct(0, 1) : target.post(0, 1))) {
            auto room = spargio::this_shard::flush();
            if (const auto taken = co_await room; !taken) break;
        }
        ++sent;
    }
    const std::uint64_t sum = co_await std::move(far_side);
    if (sum != sent) state.SkipWithError("messages were lost");
    co_return 0;
}

spargio::task<int> send_batches_directly(benchmark::State& state) {
    const std::int64_t count = (static_cast<std::int64_t>(state.max_iterations) + batch_size - 1) / batch_size;
    auto far_side = spargio::spawn(take_messages(count * batch_size), spargio::pinned{1});
    const auto target = spargio::this_shard::remote(1);
    std::array<spargio::message, batch_size> messages;
    messages.fill(spargio::message{0, 1});
    while (state.KeepRunningBatch(batch_size)) {
        for (std::span<const spargio::message> left = messages; !left.empty();) {
            const auto accepted = target.post_many_direct(left);
            if (!accepted) break;
            left = left.subspan(*accepted);
            if (left.empty()) break;
            auto room = spargio::this_shard::flush();
            if (const auto taken = co_await room; !taken) break;
        }
    }
    const std::uint64_t sum = co_await std::move(far_side);
    if (sum != static_cast<std::uint64_t>(count * batch_size)) state.SkipWithError("messages were lost");
    co_return 0;
}

spargio::task<std::uint64_t> take_values(spargio::channel<std::uint64_t>& from) {
    std::uint64_t sum = 0;
    for (;;) {
        const auto value = co_await from.receive();
        if (!value) co_return sum;
        sum += *value;
    }
}

spargio::task<int> send_values(benchmark::State& state) {
    spargio::channel<std::uint64_t> values(1024);
    auto far_side = spargio::spawn(take_values(values), spargio::pinned{1});
    std::uint64_t sent = 0;
    for (auto each : state) {
        static_cast<void>(each);
        if (const auto sent_one = co_await values.send(1); !sent_one) break;
        ++sent;
    }
    values.close();
    const std::uint64_t sum = co_await std::move(far_side);
    if (sum != sent) state.SkipWithError("values were lost");
    co_return 0;
}

void messages_in_batches(benchmark::State& state) { run_on_first_shard(state, 2, send_batches); }
void messages_singly(benchmark::State& state) { run_on_first_shard(state, 2, send_singly<false>); }
void direct_singly(benchmark::State& state) { run_on_first_shard(state, 2, send_singly<true>); }
void direct_in_batches(benchmark::State& state) { run_on_first_shard(state, 2, send_batches_directly); }
void channel_across_shards(benchmark::State& state) { run_on_first_shard(state, 2, send_values); }

BENCHMARK(messages_in_batches)->Name("micro/message/batched_64")->UseRealTime();
BENCHMARK(messages_singly)->Name("micro/message/single")->UseRealTime();
BENCHMARK(direct_singly)->Name("micro/message/direct_single")->UseRealTime();
BENCHMARK(direct_in_batches)->Name("micro/message/direct_batched_64")->UseRealTime();
BENCHMARK(channel_across_shards)->Name("micro/channel/across_shards")->UseRealTime();

} // namespace
} // namespace bench::micro
