// What scenario code asks of a coroutine-capable backend (W2): a concept, so that the scenario is instantiated
// for each backend with its own task type, no virtual call and no extra coroutine frame an operation.
//
// "Awaitable" below means: may stand behind co_await in a task of that backend.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>

namespace bench {

/// A one-way message path between two fixed workers. `send` and `send_batch` are awaited on the sending worker
/// and return once all messages are accepted (waiting for room where the path is bounded); `receive` is awaited
/// on the receiving worker and gives the next message. Order is kept.
template <class Link>
concept message_link = requires(Link& link, std::uint64_t message, std::span<const std::uint64_t> batch) {
    link.send(message);
    link.send_batch(batch);
    link.receive();
};

/// A link that can also take several messages at once: waits for the first, takes what is there, says how many.
template <class Link>
concept batch_receiving_link = message_link<Link> && requires(Link& link, std::span<std::uint64_t> into) {
    link.receive_batch(into);
};

/// A bounded queue of values between two tasks, wherever they run.
template <class Channel>
concept value_channel = requires(Channel& channel, std::uint64_t value) {
    channel.send(value);
    channel.receive();
};

template <class Runtime>
concept async_runtime = requires(Runtime& runtime, typename Runtime::template task<std::uint64_t>&& task,
                                 std::size_t worker) {
    /// The coroutine type of the backend. Awaiting one that was not spawned runs it inside the awaiting task.
    typename Runtime::template task<std::uint64_t>;
    /// What `spawn` gives: awaiting the object (moved from) waits for the task and gives its result.
    typename Runtime::template joiner<std::uint64_t>;

    { runtime.workers() } -> std::convertible_to<std::size_t>;
    /// Starts a task; the runtime decides where it runs.
    { runtime.spawn(std::move(task)) } -> std::same_as<typename Runtime::template joiner<std::uint64_t>>;
    /// Starts a task on one worker, where it stays. Those that one task starts on one worker run there in the
    /// order in which they were started, one at a time between two suspensions.
    {
        runtime.spawn_on(worker, std::move(task))
        } -> std::same_as<typename Runtime::template joiner<std::uint64_t>>;
    /// The path for messages from one worker to another.
    { runtime.link(worker, worker) } -> message_link;
    /// A new queue for at most `capacity` values between tasks.
    { *runtime.make_channel(worker) } -> value_channel;
};

} // namespace bench
