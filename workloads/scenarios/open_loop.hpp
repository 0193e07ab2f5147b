// W38, written once for every coroutine-capable backend (W2): for each connection a task that writes what is
// due, and one that reads what comes back. The two share the connection's state, so spawn_for_stream() must not
// let them run at the same time.
#pragma once

#include "workloads/cases/open_loop.hpp"
#include "workloads/scenarios/stream_runtime.hpp"
#include "workloads/scenarios/sum_of_all.hpp"

#include <cstddef>
#include <cstdint>
#include <exception>
#include <utility>
#include <vector>

namespace bench::scenarios {

/// A runtime with connections and timers.
template <class Runtime>
concept timed_stream_runtime = stream_runtime<Runtime> && requires(Runtime& runtime, std::uint64_t when_ns) {
    /// A timer for a task that runs where this connection is; until() waits until now_ns() has reached the
    /// time.
    runtime.make_timer(std::size_t{}).until(when_ns);
};

template <timed_stream_runtime Runtime>
typename Runtime::template task<std::uint64_t> write_when_due(Runtime& runtime, std::size_t index,
                                                              open_loop_line& line) {
    auto timer = runtime.make_timer(index);
    while (!line.all_written()) {
        const std::uint64_t due_ns = line.next_due_ns();
        while (now_ns() < due_ns) co_await timer.until(due_ns);
        const auto frame = line.next_write();
        co_await runtime.stream(index).write_all(frame);
    }
    co_return 0;
}

template <timed_stream_runtime Runtime>
typename Runtime::template task<std::uint64_t> read_all_back(Runtime& runtime, std::size_t index,
                                                             open_loop_line& line) {
    while (!line.all_back()) {
        const std::size_t count = co_await runtime.stream(index).read_some(line.room());
        line.take(count);
    }
    co_return 0;
}

/// One slice.
template <timed_stream_runtime Runtime>
typename Runtime::template task<slice_outcome> open_loop(Runtime& runtime, open_loop_lines& lines,
                                                         slice_order order, recorder& into) {
    using joiner = typename Runtime::template joiner<std::uint64_t>;
    lines.begin(order);
    std::vector<joiner> moving;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        moving.push_back(runtime.spawn_for_stream(i, read_all_back(runtime, i, lines[i])));
        moving.push_back(runtime.spawn_for_stream(i, write_when_due(runtime, i, lines[i])));
    }
    std::exception_ptr failure;
    [[maybe_unused]] const std::uint64_t moved = co_await sum_of_all<Runtime>(moving, failure);
    if (failure) std::rethrow_exception(failure);
    co_return lines.end(into);
}

} // namespace bench::scenarios
