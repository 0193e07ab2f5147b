// Tracing hooks (R48): what each shard did when, to be looked at in Perfetto (https://ui.perfetto.dev).
//
// Compiled out unless the library and all that uses it are built with SPARGIO_TRACE (CMake option of the same
// name): then each hook is nothing, and the library has no code for them.
#pragma once

#include <spargio/core/errc.hpp>

#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <string>

namespace spargio::trace {

#if defined(SPARGIO_TRACE)
inline constexpr bool enabled = true;
#else
inline constexpr bool enabled = false;
#endif

/// What happened; `what` is the number that goes with it.
enum class kind : std::uint8_t {
    task_begin,    ///< a task runs on; what: which
    task_end,      ///< it has suspended or ended
    park,          ///< the shard goes to sleep
    unpark,        ///< it is awake again
    steal,         ///< what: how many tasks were taken
    bell_sent,     ///< what: the shard that is woken
    bell_received, ///< what: nothing
    spawn,         ///< what: which task
    arrival,       ///< a task was handed over by another thread; what: which
};

namespace detail {

void begin_thread(std::uint32_t shard);
void end_thread() noexcept;
void record(kind happened, std::uint64_t subject) noexcept;
/// Ends every slice of a task that is still open on this thread.
void end_tasks() noexcept;
void write(std::ostream& into);
[[nodiscard]] bool write_file(const std::string& path);
void set_events_per_shard(std::size_t count);
void clear();

} // namespace detail

// --- for programs
// ------------------------------------------------------------------------------------------------

/// Writes all that is kept, of running shards and of those that have ended, as Chrome trace JSON: one track a
/// shard, slices of tasks (with their addresses) and of sleep, and instants for the rest; times in µs of the
/// steady clock. Shards may go on meanwhile; what they overwrite is left out. `not_supported`: built without
/// SPARGIO_TRACE. Any thread. Throws std::bad_alloc, and what the stream throws.
inline status write_chrome_json([[maybe_unused]] std::ostream& into) {
    if constexpr (!enabled)
        return std::unexpected(errc::not_supported);
    else
        detail::write(into);
    return {};
}

/// The same into a file, which is replaced. `no_resources`: it could not be written. Blocks the calling thread
/// while it writes, so not for a task.
inline status write_chrome_json([[maybe_unused]] const std::string& path) {
    if constexpr (!enabled)
        return std::unexpected(errc::not_supported);
    else if (!detail::write_file(path))
        return std::unexpected(errc::no_resources);
    return {};
}

/// How many events each shard that starts from now on keeps (65,536 unless said otherwise; 24 bytes each), the
/// newest; how many older ones were dropped stands in the trace. Any thread.
inline void keep_events_per_shard([[maybe_unused]] std::size_t count) {
    if constexpr (enabled) detail::set_events_per_shard(count);
}

/// Forgets the events of shards that have ended. Any thread.
inline void clear() {
    if constexpr (enabled) detail::clear();
}

// --- for the runtime; the shard's own thread; about 30 ns each when compiled in, for the clock
// ----------------------

inline void thread_begins([[maybe_unused]] std::uint32_t shard) {
    if constexpr (enabled) detail::begin_thread(shard);
}
inline void thread_ends() noexcept {
    if constexpr (enabled) detail::end_thread();
}
inline void task_begins([[maybe_unused]] const void* task) noexcept {
    if constexpr (enabled) detail::record(kind::task_begin, reinterpret_cast<std::uintptr_t>(task));
}
inline void task_ends() noexcept {
    if constexpr (enabled) detail::record(kind::task_end, 0);
}
inline void tasks_end() noexcept {
    if constexpr (enabled) detail::end_tasks();
}
inline void parks() noexcept {
    if constexpr (enabled) detail::record(kind::park, 0);
}
inline void unparks() noexcept {
    if constexpr (enabled) detail::record(kind::unpark, 0);
}
inline void steals([[maybe_unused]] std::size_t tasks) noexcept {
    if constexpr (enabled) detail::record(kind::steal, tasks);
}
inline void bell_sent([[maybe_unused]] std::uint32_t to) noexcept {
    if constexpr (enabled) detail::record(kind::bell_sent, to);
}
inline void bell_received() noexcept {
    if constexpr (enabled) detail::record(kind::bell_received, 0);
}
inline void spawns([[maybe_unused]] const void* task) noexcept {
    if constexpr (enabled) detail::record(kind::spawn, reinterpret_cast<std::uintptr_t>(task));
}
inline void arrives([[maybe_unused]] const void* task) noexcept {
    if constexpr (enabled) detail::record(kind::arrival, reinterpret_cast<std::uintptr_t>(task));
}

} // namespace spargio::trace
