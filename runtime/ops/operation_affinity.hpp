// Which ring the operations of one descriptor keep to (R27).
//
// Two operations on one stream must not run on two rings at a time, or their order is lost; those on a file
// may, but the same ring has its state at hand. So the owner of a descriptor keeps one of these beside it.
//
//   strength   the next operation goes to
//   weak       the shard of the last ones, unless its ring is much busier than the freest; for files
//   strong     that shard, while one is in flight or the last has ended not long ago; for streams
//   hard       that shard, whatever happens, as long as somebody holds it; for multishot operations
#pragma once

#include <spargio/core/io_result.hpp>
#include <spargio/core/spin_lock.hpp>
#include <spargio/ops/operation.hpp>
#include <spargio/ops/operation_steering.hpp>
#include <spargio/shard/operation_context.hpp>
#include <spargio/task/task.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <utility>

namespace spargio {

/// See above; `hard` is not one of them: it is what hold() makes of either.
enum class affinity_strength : std::uint8_t { weak, strong };

/// The lease of a descriptor on a shard. Any thread, unless said otherwise; it must outlive its operations.
/// Holds nothing but the shard's number: the descriptor is its owner's. Cost: a spin lock a call, and a look at
/// the clock.
class descriptor_affinity {
public:
    using clock = std::chrono::steady_clock;

    /// A lease that nobody uses ends after `idle`.
    explicit descriptor_affinity(affinity_strength strength,
                                 std::chrono::nanoseconds idle = std::chrono::milliseconds(10)) noexcept
        : strength_(strength), idle_(idle) {}
    descriptor_affinity(const descriptor_affinity&) = delete;
    descriptor_affinity& operator=(const descriptor_affinity&) = delete;

    /// The shard for one more operation, which is counted until end(). On a shard of the runtime.
    [[nodiscard]] std::uint32_t begin() noexcept {
        const operation_context here = operation_context::here();
        const std::lock_guard hold(lock_);
        const bool must_stay =
            holders_ != 0 || (strength_ == affinity_strength::strong && (in_flight_ != 0 || !expired()));
        if (!shard_ || !must_stay) {
            const std::uint32_t freest = here.ring_with_fewest(shard_ ? shard_ : here.index());
            const bool much_busier =
                shard_ && here.operations_on(*shard_) > here.operations_on(freest) + tolerance;
            if (!shard_ || expired() || much_busier) shard_ = freest;
        }
        ++in_flight_;
        return *shard_;
    }
    /// The operation has ended. Once for each begin().
    void end() noexcept {
        const std::lock_guard hold(lock_);
        if (--in_flight_ == 0) idle_since_ = clock::now();
    }

    /// Binds the descriptor to the shard it has a lease on, or to this one, until release(); gives the shard.
    /// Counted. On a shard of the runtime.
    std::uint32_t hold() noexcept {
        const std::lock_guard hold(lock_);
        if (!shard_ || (holders_ == 0 && in_flight_ == 0)) shard_ = operation_context::here().index();
        ++holders_;
        return *shard_;
    }
    /// Once for each hold().
    void release() noexcept {
        const std::lock_guard hold(lock_);
        if (--holders_ == 0) idle_since_ = clock::now();
    }

    /// The shard of the lease; nothing when there is none.
    [[nodiscard]] std::optional<std::uint32_t> shard() const noexcept {
        const std::lock_guard hold(lock_);
        if (holders_ == 0 && in_flight_ == 0 && expired()) return std::nullopt;
        return shard_;
    }

private:
    static constexpr std::uint64_t tolerance = 8; // operations that a weak lease may be behind

    [[nodiscard]] bool expired() const noexcept {
        return in_flight_ == 0 && holders_ == 0 && clock::now() - idle_since_ >= idle_;
    }

    const affinity_strength strength_;
    const std::chrono::nanoseconds idle_;
    mutable spin_lock lock_;
    std::optional<std::uint32_t> shard_;
    std::uint32_t in_flight_ = 0;
    std::uint32_t holders_ = 0;
    clock::time_point idle_since_{};
};

/// Does an operation where the lease of its descriptor says when it is awaited. `affinity` must live until
/// then; the rest as on_shard(), with one frame more.
template <kernel_request Request>
[[nodiscard]] task<io_result<typename Request::value_type>> steered(descriptor_affinity& affinity,
                                                                    operation<Request> what) {
    struct counted {
        explicit counted(descriptor_affinity& of) noexcept : of_(of), shard(of.begin()) {}
        counted(const counted&) = delete;
        counted& operator=(const counted&) = delete;
        ~counted() { of_.end(); }
        descriptor_affinity& of_;
        std::uint32_t shard;
    };
    const counted lease(affinity);
    auto there = on_shard(lease.shard, std::move(what));
    co_return co_await std::move(there);
}

} // namespace spargio
