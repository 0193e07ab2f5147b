#include <spargio/observe/shard_stats.hpp>

#include <array>

namespace spargio {
namespace {

using s = shard_stats;
using c = shard_counters;
constexpr auto total = stat_kind::total;
constexpr auto now = stat_kind::now;

constexpr std::array all_fields{
    stat_field{&s::tasks_run, &c::tasks_run, "tasks_run", total, "Resumptions of tasks."},
    stat_field{&s::tasks_stolen, &c::tasks_stolen, "tasks_stolen", total, "Tasks taken from other shards."},
    stat_field{&s::steal_attempts, &c::steal_attempts, "steal_attempts", total,
               "Thefts tried where tasks were seen; some come too late."},
    stat_field{&s::spins, &c::spins, "spins", total,
               "Times that the shard ran out of work and looked round before sleeping."},
    stat_field{&s::parks, &c::parks, "parks", total, "Times that the shard slept in the kernel."},
    stat_field{&s::bells_sent, &c::bells_sent, "bells_sent", total, "Doorbells rung by this shard."},
    stat_field{&s::bells_failed, &c::bells_failed, "bells_failed", total,
               "Doorbells that the kernel returned, made good another way."},
    stat_field{&s::bells_received, &c::bells_received, "bells_received", total,
               "Doorbells taken up, also those of threads that are no shards."},
    stat_field{&s::messages_sent, &c::messages_sent, "messages_sent", total,
               "Messages accepted, by lanes or to travel directly."},
    stat_field{&s::messages_overloaded, &c::messages_overloaded, "messages_overloaded", total,
               "Messages refused by full lanes, or while too many direct ones were on their way."},
    stat_field{&s::messages_direct, &c::messages_direct, "messages_direct", total,
               "Direct messages given to the kernel to ride in a completion."},
    stat_field{&s::messages_returned, &c::messages_returned, "messages_returned", total,
               "Direct messages that the kernel refused, handed over in memory instead."},
    stat_field{&s::messages_coalesced, &c::messages_coalesced, "messages_coalesced", total,
               "Messages added to the sums of coalesced hot tags instead of sent."},
    stat_field{&s::messages_received, nullptr, "messages_received", total, "Messages taken up by tasks."},
    stat_field{&s::timeout_wakes_with_work, &c::timeout_wakes_with_work, "timeout_wakes_with_work", total,
               "Sleeps that only a timer ended though there was work that should have; must be 0."},
    stat_field{&s::affinity_violations, &c::affinity_violations, "affinity_violations", total,
               "Wake-ups of the shard on another CPU than it is bound to."},
    stat_field{&s::ring_enters, &c::ring_enters, "ring_enters", total,
               "Calls of io_uring_enter: submits, waits and fetches."},
    stat_field{&s::completions, &c::completions, "completions", total,
               "Answers taken from the ring, of whatever kind."},
    stat_field{&s::ring_overflows, &c::ring_overflows, "ring_overflows", total,
               "Times that the completion queue was found full; nothing is lost by that."},
    stat_field{&s::completions_lost, &c::completions_lost, "completions_lost", total,
               "Completions that the kernel dropped for want of memory; must be 0."},
    stat_field{&s::frame_pool_hits, &c::frame_pool_hits, "frame_pool_hits", total,
               "Coroutine frames served from the pool."},
    stat_field{&s::frame_pool_misses, &c::frame_pool_misses, "frame_pool_misses", total,
               "Coroutine frames that cost an allocation."},
    stat_field{&s::timers_fired, &c::timers_fired, "timers_fired", total,
               "Waits that their deadline has ended."},
    stat_field{&s::timers_cancelled, &c::timers_cancelled, "timers_cancelled", total,
               "Timers that were taken away before their deadline."},
    stat_field{&s::operations_submitted, &c::operations_submitted, "operations_submitted", total,
               "Requests of tasks to the kernel."},
    stat_field{&s::operations_at_once, &c::operations_at_once, "operations_at_once", total,
               "Requests that needed no ring: a system call that does not block has done them."},
    stat_field{&s::operations_completed, &c::operations_completed, "operations_completed", total,
               "Requests that have ended, whatever way."},
    stat_field{&s::operations_cancelled, &c::operations_cancelled, "operations_cancelled", total,
               "Requests that the kernel was asked to end early."},
    stat_field{&s::operations_pending, nullptr, "operations_pending", now,
               "Requests that are with the kernel."},
    stat_field{&s::buffers_plain, &c::buffers_plain, "buffers_plain", total,
               "Registered buffers that became plain ones: no place, or the kernel refused."},
    stat_field{&s::buffers_registered, nullptr, "buffers_registered", now, "Buffers that the ring knows."},
    stat_field{
        &s::files_plain, &c::files_plain, "files_plain", total,
        "Files and sockets that were to be registered and became plain: no place, or the kernel refused."},
    stat_field{&s::files_registered, nullptr, "files_registered", now,
               "Files and sockets that the ring knows."},
    stat_field{&s::ready_pinned, nullptr, "ready_pinned", now,
               "Tasks that wait on the shard to run and can not be stolen."},
    stat_field{&s::ready_stealable, nullptr, "ready_stealable", now,
               "Tasks that wait on the shard to run and can be stolen."},
    stat_field{&s::tasks_arriving, nullptr, "tasks_arriving", now,
               "Tasks that other threads have handed over and the shard has not yet taken up."},
    stat_field{&s::messages_waiting, nullptr, "messages_waiting", now,
               "Messages that wait in the lanes and queues that end at the shard."},
    stat_field{&s::timers_pending, nullptr, "timers_pending", now, "Timers that wait for their deadline."},
};
static_assert(all_fields.size() * sizeof(std::uint64_t) == sizeof(shard_stats), "a number lacks its row");

} // namespace

std::span<const stat_field> stat_fields() noexcept { return all_fields; }

shard_stats shard_stats::since(const shard_stats& earlier) const noexcept {
    shard_stats between = *this;
    for (const auto& each : all_fields)
        if (each.kind == total) between.*each.value -= earlier.*each.value;
    return between;
}

shard_stats& shard_stats::operator+=(const shard_stats& other) noexcept {
    for (const auto& each : all_fields) this->*each.value += other.*each.value;
    return *this;
}

shard_stats shard_counters::read() const noexcept {
    shard_stats stats;
    for (const auto& each : all_fields)
        if (each.counted != nullptr) stats.*each.value = (this->*each.counted).read();
    return stats;
}

} // namespace spargio
