// Which ring the operations of one descriptor keep to (R27): the state of it, which knows no rings.
//
// Two operations on one stream must not run on two rings at a time, or their order is lost; those on a file
// may, but the same ring has its state at hand. So every descriptor has one of these.
//
//   strength   the next operation that may choose goes to
//   weak       the shard of the last ones, unless its ring is much busier than the freest; for files
//   strong     that shard, while one is in flight or the last has ended not long ago; for streams
//   hard       that shard, whatever happens, as long as somebody holds it; for multishot operations
#pragma once

#include <spargio/core/affinity_strength.hpp>
#include <spargio/detail/machine/spin_lock.hpp>

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>

namespace spargio::detail {

/// The lease of a descriptor on a shard. Any thread, unless said otherwise; it must outlive its operations.
/// Holds nothing but the shard's number: the descriptor is its owner's. Cost: a spin lock a call, and a look at
/// the clock. `Rings` is an operation_context: what a task sees of the rings of its runtime.
class descriptor_lease {
public:
    using clock = std::chrono::steady_clock;

    /// A lease that nobody uses ends after `idle`.
    explicit descriptor_lease(affinity_strength strength,
                              std::chrono::nanoseconds idle = std::chrono::milliseconds(10)) noexcept
        : strength_(strength), idle_(idle) {}
    descriptor_lease(const descriptor_lease&) = delete;
    descriptor_lease& operator=(const descriptor_lease&) = delete;

    /// The shard for one more operation, which is counted until end(). On a shard of the runtime.
    template <class Rings>
    [[nodiscard]] std::uint32_t begin(const Rings& rings) noexcept {
        const std::lock_guard hold(lock_);
        const bool must_stay =
            holders_ != 0 || (strength_ == affinity_strength::strong && (in_flight_ != 0 || !expired()));
        if (!shard_ || !must_stay) {
            const std::uint32_t freest = rings.ring_with_fewest(shard_ ? shard_ : rings.index());
            const bool much_busier =
                shard_ && rings.operations_on(*shard_) > rings.operations_on(freest) + tolerance;
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
    template <class Rings>
    std::uint32_t hold(const Rings& rings) noexcept {
        const std::lock_guard hold(lock_);
        if (!shard_ || (holders_ == 0 && in_flight_ == 0)) shard_ = rings.index();
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

} // namespace spargio::detail
