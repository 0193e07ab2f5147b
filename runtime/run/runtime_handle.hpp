// A handle to a runtime, for threads and callbacks that are none of its shards (R5).
#pragma once

#include <spargio/core/errc.hpp>
#include <spargio/core/shard_binding.hpp>
#include <spargio/observe/blocking_stats.hpp>
#include <spargio/observe/runtime_stats.hpp>
#include <spargio/tasks/spawn.hpp>
#include <spargio/tasks/spawn_blocking.hpp>
#include <spargio/tasks/spawn_local.hpp>

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <utility>
#include <vector>

namespace spargio::detail {
class runtime_core;
}

namespace spargio {

/// A reference to a runtime: cheap to copy, usable from any thread, also from a foreign runtime's callbacks. It
/// keeps the runtime's memory but not the runtime: after the stop everything answers as closed, and so it does
/// in a child of fork(2), where no shard runs.
class runtime_handle {
public:
    explicit runtime_handle(std::shared_ptr<detail::runtime_core> core) noexcept : core_(std::move(core)) {}

    /// Starts a task on the runtime, which owns its frame from now on. Never waits, and never fails: after the
    /// stop, and in a child of fork(2), joining throws task_stopped. A task that was moved from ends the
    /// program. Any thread. Cost: no allocation beyond the task's frame; from a foreign thread one atomic
    /// operation, and a system call when the target sleeps; on a shard of this runtime as spargio::spawn().
    template <class T>
    [[nodiscard]] join_handle<T> spawn(task<T> work, placement where = stealable{}) const {
        return detail::spawn_on(*core_, std::move(work), where);
    }

    /// As spawn(), but a stealable task that finds the queue of the chosen shard full
    /// (options.stealable_capacity, those still on their way included) is refused: `overloaded`, and `what` is
    /// still the caller's. Pinned tasks are never refused. Any thread. Cost: one atomic operation more than
    /// spawn().
    template <class T>
    [[nodiscard]] std::expected<join_handle<T>, errc> try_spawn(task<T>&& work,
                                                                placement where = stealable{}) const {
        return detail::try_spawn_on(*core_, std::move(work), where);
    }

    /// As spargio::spawn_local(), from any thread.
    template <class Factory>
    [[nodiscard]] auto spawn_local(Factory factory, placement where = stealable{}) const {
        return detail::spawn_local_on(*core_, std::move(factory), where);
    }

    /// Sends a message to a shard, where next_event() gives it with the source event::outside, or
    /// next_hot_event() where the tag is hot; a coalesced tag is summed up. Accepts it, or refuses it:
    /// `overloaded` when injection_capacity messages from outside wait there, `closed` when the runtime stops,
    /// `no_resources` when the queue could not be made at first use. Never waits. Messages of one thread to one
    /// shard keep their order, plain and hot apart; they have no order with those of others. Each accepted one
    /// arrives once, or is lost with the runtime when it stops. Any thread, also while the runtime stops and
    /// after it has. A shard that does not exist is a misuse, as with `pinned`. Cost: some atomic operations,
    /// an allocation at first use, and a system call when the shard sleeps.
    [[nodiscard]] status post(std::size_t shard, std::uint32_t tag, std::uint64_t value) const noexcept;

    /// As post(), but blocks the calling thread until there is room; `closed` when the runtime stops before.
    /// Must not be called on a shard, of whatever runtime: an assertion, and without them the same as post().
    [[nodiscard]] status send(std::size_t shard, std::uint32_t tag, std::uint64_t value) const noexcept;

    /// Adds to the sum of a coalesced hot tag, see this_shard::next_hot_count(). `does_not_fit` when the tag is
    /// not one of runtime_options.coalesced_hot_tags, `closed` when the runtime stops; never overloaded. Any
    /// thread. Cost: one atomic addition, and a system call when the shard sleeps and the sum was 0.
    [[nodiscard]] status post_hot_count(std::size_t shard, std::uint32_t tag,
                                        std::uint64_t value) const noexcept;

    /// As spargio::spawn_blocking(), from any thread.
    template <class Function>
    [[nodiscard]] auto spawn_blocking(Function fn) const {
        return detail::spawn_blocking_on(*core_, std::move(fn));
    }

    /// Asks the runtime to stop, see runtime::stop(). Any thread, also a task of this runtime; idempotent.
    void stop() const noexcept;
    /// Where a shard's thread is bound, and why not. Throws std::out_of_range past the last. Any thread.
    [[nodiscard]] shard_binding binding(std::size_t shard) const;
    /// What the threads of spawn_blocking() do; after the end of the runtime also whether any was left behind.
    /// Any thread. Takes the pool's lock.
    [[nodiscard]] blocking_stats blocking() const;
    /// The shards that a stop has left behind because they did not come back from a task
    /// (options.stop_patience), and that still have not. Empty before, and again when they have; then
    /// everything is closed and freed in due course. Any thread. Throws std::bad_alloc. Takes a lock.
    [[nodiscard]] std::vector<std::size_t> left_behind() const;

    /// How many shards the runtime has, or had. Any thread.
    [[nodiscard]] std::size_t shards() const noexcept;
    /// Counters of one shard. Any thread, also after the stop. Reading costs the shard nothing. Throws
    /// std::out_of_range past the last.
    [[nodiscard]] shard_stats stats(std::size_t shard) const;
    /// Counters of every shard (R47), also after the stop. Throws std::bad_alloc. Cost: under a µs a shard.
    [[nodiscard]] runtime_stats stats() const;

private:
    std::shared_ptr<detail::runtime_core> core_;
};

} // namespace spargio
