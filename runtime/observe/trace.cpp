#include <spargio/observe/detail/trace_buffer.hpp>

#include <chrono>
#include <mutex>
#include <utility>

#include <unistd.h>

namespace spargio::trace {
namespace {

struct archive {
    std::mutex lock;
    std::size_t events_per_shard = 65'536;
    std::vector<std::shared_ptr<detail::track>> tracks;
};

/// Never destroyed: shards may end after static destruction began.
archive& common_archive() {
    static archive* const the_one = new archive;
    return *the_one;
}

thread_local detail::track* mine = nullptr; // kept by the archive while the thread is a shard

} // namespace

// Out of line, all of them: inlined into a coroutine, the address of `mine` could outlive a change of thread.
namespace detail {

std::vector<std::shared_ptr<track>> all_tracks() {
    archive& from = common_archive();
    const std::lock_guard hold(from.lock);
    return from.tracks;
}

void begin_thread(std::uint32_t shard) {
    archive& into = common_archive();
    const std::lock_guard hold(into.lock);
    into.tracks.push_back(std::make_shared<track>(into.events_per_shard, shard, ::gettid()));
    mine = into.tracks.back().get();
}

void end_thread() noexcept {
    if (mine != nullptr) std::exchange(mine, nullptr)->ended.store(true, std::memory_order_release);
}

void record(kind happened, std::uint64_t subject) noexcept {
    if (mine == nullptr) return;
    if (happened == kind::task_begin) ++mine->open_tasks;
    if (happened == kind::task_end) --mine->open_tasks;
    const auto now = std::chrono::steady_clock::now().time_since_epoch();
    mine->events.add({static_cast<std::uint64_t>(std::chrono::nanoseconds(now).count()), subject, happened});
}

void end_tasks() noexcept {
    while (mine != nullptr && mine->open_tasks != 0) record(kind::task_end, 0);
}

void set_events_per_shard(std::size_t count) {
    archive& of = common_archive();
    const std::lock_guard hold(of.lock);
    of.events_per_shard = count;
}

void clear() {
    archive& of = common_archive();
    const std::lock_guard hold(of.lock);
    std::erase_if(of.tracks, [](const auto& each) { return each->ended.load(std::memory_order_acquire); });
}

} // namespace detail

} // namespace spargio::trace
