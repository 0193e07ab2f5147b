// What the shards of one runtime share, kept alive by the runtime and every handle.
#pragma once

#include <spargio/core/options.hpp>
#include <spargio/detail/loop/loop_exits.hpp>
#include <spargio/detail/loop/shard.hpp>
#include <spargio/detail/machine/fork_count.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <future>
#include <memory>
#include <vector>

namespace spargio::detail {

class blocking_pool;

class runtime_core : public std::enable_shared_from_this<runtime_core> {
public:
    explicit runtime_core(const runtime_options& resolved);

    [[nodiscard]] const runtime_options& options() const noexcept { return options_; }
    [[nodiscard]] wake_order order_of_wakes() const noexcept {
        return options_.membarrier == feature_use::on ? wake_order::by_sleeper : wake_order::by_both;
    }
    [[nodiscard]] std::size_t shard_count() const noexcept { return shards_.size(); }
    [[nodiscard]] shard& at(std::size_t index) noexcept { return *shards_[index]; }

    /// Whether this process is a child, made by fork(2), of the one whose shards run (P18): nothing here will
    /// ever run, and rings and eventfds are the parent's. To be asked on the ways in from outside.
    [[nodiscard]] bool inherited() const noexcept { return fork_count::now() != born_; }

    /// The shard whose queue looks shortest, a sleeping one before a busy one. Any thread.
    [[nodiscard]] shard& least_loaded() noexcept;
    /// The next shard in turn. Any thread.
    [[nodiscard]] shard& next_in_turn() noexcept;

    /// The threads of spawn_blocking(). Any thread.
    [[nodiscard]] blocking_pool& blocking() noexcept { return *blocking_; }

    /// Asks every shard to stop. Any thread; idempotent.
    void request_stop() noexcept;
    [[nodiscard]] bool stopping() const noexcept { return stopping_.load(std::memory_order_relaxed); }
    [[nodiscard]] const std::atomic<bool>& stopping_flag() const noexcept { return stopping_; }
    /// The same before going to sleep: sequentially consistent, the counterpart of request_stop().
    [[nodiscard]] bool stopping_before_sleep() const noexcept {
        return stopping_.load(std::memory_order_seq_cst);
    }
    /// When the grace of tasks ends: once stopping(), and after any call of request_stop().
    [[nodiscard]] std::chrono::steady_clock::time_point stop_deadline() const noexcept {
        return stop_deadline_.load(std::memory_order_acquire);
    }

    /// Shards that sleep or are about to: what a spawner looks at first.
    std::atomic<std::uint32_t> parked{0};
    /// While stopping: a shard has nothing more to run, or has something again.
    void become_quiet() noexcept { quiet_.fetch_add(1, std::memory_order_seq_cst); }
    void become_busy() noexcept {
        busy_again_.fetch_add(1, std::memory_order_seq_cst);
        quiet_.fetch_sub(1, std::memory_order_seq_cst);
    }
    /// While stopping: whether no shard has anything to run and nothing is on its way to one.
    [[nodiscard]] bool all_quiet() noexcept;

    /// Shards that have left their loop; the frames are destroyed once all have.
    loop_exits exits;
    /// When the last shard has destroyed its frames.
    std::promise<void> all_closed;
    /// After the start of the stop: waits until every shard is out of its loop, for options().stop_patience
    /// beyond the grace at most, and for as long again while the requests with the kernel become fewer. False,
    /// and said once on standard error, when one has not come back from its task; it counts as left behind from
    /// then on. Any thread that is no shard, or a shard that has left its loop.
    [[nodiscard]] bool wait_for_exits() noexcept;
    /// Whether that has ever said no.
    [[nodiscard]] bool gave_up() const noexcept { return gave_up_.load(std::memory_order_acquire); }
    /// Shards that were left behind and have still not come back. Throws std::bad_alloc.
    [[nodiscard]] std::vector<std::size_t> left_behind() const;
    /// Whose turn it is to destroy its frames: one shard after the other.
    std::atomic<std::uint32_t> teardown_turn{0};

private:
    void report_stuck() noexcept;
    /// Of all shards; a guess.
    [[nodiscard]] std::uint64_t requests_with_the_kernel() const noexcept;

    const std::uint32_t born_;
    runtime_options options_;
    std::vector<std::unique_ptr<shard>> shards_;
    std::shared_ptr<blocking_pool> blocking_; // also kept by its threads, which may outlive the runtime
    std::atomic<std::uint32_t> turn_{0};
    std::atomic<std::uint32_t> quiet_{0};
    std::atomic<std::uint32_t> busy_again_{0};
    std::atomic<bool> agreed_quiet_{false};
    std::atomic<bool> stopping_{false};
    std::atomic<bool> gave_up_{false};
    static constexpr std::chrono::steady_clock::time_point not_asked{};
    std::atomic<std::chrono::steady_clock::time_point> stop_deadline_{not_asked};
};

} // namespace spargio::detail
