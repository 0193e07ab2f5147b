// W10–W12 written once for every coroutine-capable backend.
//
// Everything awaited is bound to a name first: g++ 12 destroys some temporaries of a co_await expression twice.
#pragma once

#include "workloads/cases/ping_pong.hpp"
#include "workloads/contract/work.hpp"
#include "workloads/measure/recorder.hpp"
#include "workloads/measure/thread_id.hpp"
#include "workloads/scenarios/async_runtime.hpp"

#include <algorithm>
#include <span>
#include <vector>

namespace bench::scenarios {

/// The answering side: takes `count` messages and sends mix of each back. Returns its thread id.
template <async_runtime Runtime>
typename Runtime::template task<std::uint64_t> answer_messages(Runtime& runtime, std::uint64_t count) {
    auto requests = runtime.link(0, 1);
    auto replies = runtime.link(1, 0);
    for (std::uint64_t k = 0; k < count; ++k) {
        const std::uint64_t message = co_await requests.receive();
        co_await replies.send(mix(message));
    }
    co_return this_thread_id();
}

/// The asking side. `into` is null where latency is not wanted; the clock is then never read.
template <async_runtime Runtime>
typename Runtime::template task<std::uint64_t> ask_messages(Runtime& runtime, std::uint64_t first,
                                                            std::uint64_t count, histogram* into,
                                                            std::uint64_t& thread_id) {
    auto requests = runtime.link(0, 1);
    auto replies = runtime.link(1, 0);
    std::uint64_t sum = 0;
    for (std::uint64_t k = 0; k < count; ++k) {
        const std::uint64_t from = into ? now_ns() : 0;
        co_await requests.send(first + k);
        const std::uint64_t answer = co_await replies.receive();
        sum += answer;
        if (into) into->record(now_ns() - from);
    }
    thread_id = this_thread_id();
    co_return sum;
}

/// One slice of ping_pong/steady_rtt; the root task of the backend's session, on any worker.
template <async_runtime Runtime>
typename Runtime::template task<slice_outcome> steady_rtt(Runtime& runtime, ping_pong_shape shape,
                                                          slice_order order, recorder& into) {
    const std::uint64_t count = order.iterations * shape.rounds;
    std::uint64_t asker = 0;
    auto far_side = runtime.spawn_on(1, answer_messages(runtime, count));
    auto near_side = runtime.spawn_on(
        0, ask_messages(runtime, order.seed, count, order.record_latency ? &into.lane(0) : nullptr, asker));
    slice_outcome done;
    done.checksum = co_await std::move(near_side);
    const std::uint64_t answerer = co_await std::move(far_side);
    done.operations = count;
    done.thread_ids.push_back(asker);
    done.thread_ids.push_back(answerer);
    co_return done;
}

/// Most messages that the receiving side takes at once, where it can take several: rivals that swap a whole
/// queue under a lock do the same.
inline constexpr std::uint64_t largest_take = 2048;

/// The receiving side of one_way_drain: adds up mix of `messages` messages, then acknowledges; `iterations`
/// times.
template <async_runtime Runtime>
typename Runtime::template task<std::uint64_t>
drain_messages(Runtime& runtime, ping_pong_shape shape, std::uint64_t iterations, std::uint64_t& thread_id) {
    auto incoming = runtime.link(0, 1);
    auto barrier = runtime.link(1, 0);
    std::uint64_t sum = 0;
    std::vector<std::uint64_t> received(std::min<std::uint64_t>(shape.rounds, largest_take));
    for (std::uint64_t i = 0; i < iterations; ++i) {
        for (std::uint64_t taken = 0; taken < shape.rounds;) {
            if constexpr (batch_receiving_link<decltype(incoming)>) {
                const std::span<std::uint64_t> room(
                    received.data(), std::min<std::uint64_t>(received.size(), shape.rounds - taken));
                const std::size_t count = co_await incoming.receive_batch(room);
                for (std::size_t k = 0; k < count; ++k) sum += mix(received[k]);
                taken += count;
            } else {
                const std::uint64_t message = co_await incoming.receive();
                sum += mix(message);
                ++taken;
            }
        }
        co_await barrier.send(i);
    }
    thread_id = this_thread_id();
    co_return sum;
}

/// The sending side of one_way_drain. Returns its thread id.
template <async_runtime Runtime>
typename Runtime::template task<std::uint64_t> send_messages(Runtime& runtime, ping_pong_shape shape,
                                                             std::uint64_t first, std::uint64_t iterations) {
    auto outgoing = runtime.link(0, 1);
    auto barrier = runtime.link(1, 0);
    const std::uint64_t batch = shape.batch_size();
    std::vector<std::uint64_t> messages(batch);
    std::uint64_t next = first;
    for (std::uint64_t i = 0; i < iterations; ++i) {
        for (std::uint64_t sent = 0; sent < shape.rounds;) {
            const std::uint64_t now = std::min(batch, shape.rounds - sent);
            if (batch == 1) {
                co_await outgoing.send(next++);
            } else {
                for (std::uint64_t k = 0; k < now; ++k) messages[k] = next++;
                const std::span<const std::uint64_t> ready(messages.data(), now);
                co_await outgoing.send_batch(ready);
            }
            sent += now;
        }
        [[maybe_unused]] const std::uint64_t all_taken = co_await barrier.receive();
    }
    co_return this_thread_id();
}

/// One slice of ping_pong/one_way_drain.
template <async_runtime Runtime>
typename Runtime::template task<slice_outcome> one_way_drain(Runtime& runtime, ping_pong_shape shape,
                                                             slice_order order) {
    std::uint64_t receiver = 0;
    auto far_side = runtime.spawn_on(1, drain_messages(runtime, shape, order.iterations, receiver));
    auto near_side = runtime.spawn_on(0, send_messages(runtime, shape, order.seed, order.iterations));
    slice_outcome done;
    const std::uint64_t sender = co_await std::move(near_side);
    done.checksum = co_await std::move(far_side);
    done.operations = order.iterations * shape.rounds;
    done.thread_ids.push_back(sender);
    done.thread_ids.push_back(receiver);
    co_return done;
}

/// The answering task of tasks_rtt.
template <async_runtime Runtime, value_channel Channel>
typename Runtime::template task<std::uint64_t> answer_values(Channel& requests, Channel& replies,
                                                             std::uint64_t count) {
    for (std::uint64_t k = 0; k < count; ++k) {
        const std::uint64_t value = co_await requests.receive();
        co_await replies.send(mix(value));
    }
    co_return count;
}

/// The asking task of tasks_rtt.
template <async_runtime Runtime, value_channel Channel>
typename Runtime::template task<std::uint64_t>
ask_values(Channel& requests, Channel& replies, std::uint64_t first, std::uint64_t count, histogram* into) {
    std::uint64_t sum = 0;
    for (std::uint64_t k = 0; k < count; ++k) {
        const std::uint64_t from = into ? now_ns() : 0;
        co_await requests.send(first + k);
        const std::uint64_t answer = co_await replies.receive();
        sum += answer;
        if (into) into->record(now_ns() - from);
    }
    co_return sum;
}

/// One slice of ping_pong/tasks_rtt: both tasks are placed by the runtime.
template <async_runtime Runtime>
typename Runtime::template task<slice_outcome> tasks_rtt(Runtime& runtime, ping_pong_shape shape,
                                                         slice_order order, recorder& into) {
    const std::uint64_t count = order.iterations * shape.rounds;
    auto requests = runtime.make_channel(1);
    auto replies = runtime.make_channel(1);
    auto far_side = runtime.spawn(answer_values<Runtime>(*requests, *replies, count));
    auto near_side = runtime.spawn(ask_values<Runtime>(*requests, *replies, order.seed, count,
                                                       order.record_latency ? &into.lane(0) : nullptr));
    slice_outcome done;
    done.checksum = co_await std::move(near_side);
    [[maybe_unused]] const std::uint64_t answered = co_await std::move(far_side);
    done.operations = count;
    co_return done;
}

} // namespace bench::scenarios
