// A descriptor that several tasks use and one closes: it is closed when nobody is at it any more, and its
// number can't come to mean another file before (P8).
//
//   open ------ begin_closing() ------> closing ------- last use ------> idle: release() and close
//     |                                    |
//     | owner gone: the last use closes    | waive(): the last use closes
//
// One atomic word counts the uses and knows whether there is an owner and whether it is closing; nobody comes
// in once it is.
#pragma once

#include <spargio/core/file_descriptor.hpp>
#include <spargio/detail/sched/attempt_guess.hpp>
#include <spargio/sync/detail/descriptor_lease.hpp>
#include <spargio/sync/detail/descriptor_place.hpp>
#include <spargio/sync/manual_event.hpp>

#include <atomic>
#include <cstdint>
#include <utility>

#include <unistd.h>

namespace spargio {

/// Uses from any thread. Costs an allocation; a use two atomic operations.
class shared_descriptor {
public:
    /// The side that decides when it is closed. Dropped without closing, the last use closes the descriptor.
    class owner {
    public:
        owner() noexcept = default; ///< of none
        /// With a lease of this strength (R27). Throws std::bad_alloc; the descriptor is closed then.
        explicit owner(file_descriptor number, affinity_strength strength)
            : of_(new shared_descriptor(number, strength)) {}
        owner(owner&& other) noexcept : of_(std::exchange(other.of_, nullptr)) {}
        owner& operator=(owner&& other) noexcept {
            if (this != &other) {
                reset();
                of_ = std::exchange(other.of_, nullptr);
            }
            return *this;
        }
        ~owner() { reset(); }

        [[nodiscard]] shared_descriptor* get() const noexcept { return of_; }
        void reset() noexcept {
            if (shared_descriptor* const before = std::exchange(of_, nullptr)) before->drop();
        }

    private:
        shared_descriptor* of_ = nullptr;
    };

    /// The number, which is this descriptor's only for a user that is in.
    [[nodiscard]] int number() const noexcept { return number_; }

    /// Whether bytes are there already when somebody wants to read; for a user that is in.
    [[nodiscard]] detail::attempt_guess& reading() noexcept { return reading_; }

    /// Which ring its steered operations keep to; for a user that is in.
    [[nodiscard]] detail::descriptor_lease& lease() noexcept { return lease_; }

    /// Where a ring knows it by, or null (R31). Set by a task that is alone with it, once.
    [[nodiscard]] detail::descriptor_place* place() const noexcept { return place_; }
    void set_place(detail::descriptor_place* place) noexcept { place_ = place; }
    /// By the closer, when idle.
    [[nodiscard]] detail::descriptor_place* take_place() noexcept { return std::exchange(place_, nullptr); }

    /// Neither closed nor closing.
    [[nodiscard]] bool is_open() const noexcept {
        return (state_.load(std::memory_order_relaxed) & closing) == 0;
    }

    /// Comes in; false when it is closing. A user that came in goes out by leave(), on any thread.
    [[nodiscard]] bool enter() noexcept {
        std::uint32_t seen = state_.load(std::memory_order_relaxed);
        do {
            if ((seen & closing) != 0) return false;
        } while (!state_.compare_exchange_weak(seen, seen + 1, std::memory_order_acquire,
                                               std::memory_order_relaxed));
        return true;
    }

    void leave() noexcept {
        std::uint32_t seen = state_.load(std::memory_order_relaxed);
        for (;;) {
            if (!is_last_for_closer(seen)) {
                if (!change(seen, seen - 1)) continue;
                delete_if_last(seen);
                return;
            }
            if (!change(seen, seen | ended)) continue;
            if ((seen & waived) != 0) {
                released_ = true;
                close_number();
            } else {
                idle_.set();
            }
            delete_if_last(state_.fetch_sub(1, std::memory_order_acq_rel));
            return;
        }
    }

    /// By the owner: lets nobody in any more. False when it was closing already.
    [[nodiscard]] bool begin_closing() noexcept {
        const std::uint32_t before = state_.fetch_or(closing, std::memory_order_acq_rel);
        if ((before & closing) != 0) return false;
        if ((before & uses) == 0) idle_.set();
        return true;
    }
    /// By the closer, after begin_closing(): whether nobody is in.
    [[nodiscard]] bool is_idle() const noexcept { return idle_.is_set(); }
    /// By the closer, after begin_closing(): waits until nobody is in. `canceled`: some may be.
    [[nodiscard]] manual_event::awaiter idle() noexcept { return idle_.wait(); }
    /// By a closer that waits no longer: the last user to leave closes the descriptor. False when the last one
    /// has left just now; then the closer goes on.
    [[nodiscard]] bool waive() noexcept {
        return (state_.fetch_or(waived, std::memory_order_acq_rel) & ended) == 0;
    }
    /// By the closer, when idle: the number is its own from now on.
    [[nodiscard]] int release() noexcept {
        released_ = true;
        return number_;
    }

private:
    // The word: how many uses, and
    static constexpr std::uint32_t owned = 1U << 31;   // somebody decides about closing
    static constexpr std::uint32_t closing = 1U << 30; // nobody comes in any more
    static constexpr std::uint32_t waived = 1U << 29;  // the closer does not wait
    static constexpr std::uint32_t ended = 1U << 28;   // the last use has told the closer, or closed
    static constexpr std::uint32_t uses = ended - 1;

    shared_descriptor(file_descriptor& number, affinity_strength strength) noexcept
        : number_(number.release()), lease_(strength) {}
    ~shared_descriptor() {
        if (!released_) close_number();
    }
    void close_number() noexcept {
        if (place_ != nullptr)
            place_->dispose();
        else
            ::close(number_);
    }

    static bool is_last_for_closer(std::uint32_t seen) noexcept {
        return (seen & uses) == 1 && (seen & (owned | closing | ended)) == (owned | closing);
    }
    bool change(std::uint32_t& seen, std::uint32_t to) noexcept {
        return state_.compare_exchange_weak(seen, to, std::memory_order_acq_rel, std::memory_order_relaxed);
    }
    /// After one use less.
    void delete_if_last(std::uint32_t before) noexcept {
        if ((before & uses) == 1 && (before & owned) == 0) delete this;
    }
    void drop() noexcept {
        if ((state_.fetch_and(~owned, std::memory_order_acq_rel) & uses) == 0) delete this;
    }

    const int number_;
    detail::attempt_guess reading_;
    detail::descriptor_lease lease_;
    detail::descriptor_place* place_ = nullptr;
    bool released_ = false; // the closer's, or the last use's in its place
    std::atomic<std::uint32_t> state_{owned};
    manual_event idle_;
};

/// One use, until it is destroyed: for work that is no operation. One thread at a time.
class descriptor_use {
public:
    /// Comes in, if it is not closing; `of` may be null.
    explicit descriptor_use(shared_descriptor* of) noexcept
        : of_(of != nullptr && of->enter() ? of : nullptr) {}
    descriptor_use(descriptor_use&& other) noexcept : of_(std::exchange(other.of_, nullptr)) {}
    descriptor_use& operator=(descriptor_use&&) = delete;
    ~descriptor_use() {
        if (of_ != nullptr) of_->leave();
    }

    /// Whether it came in.
    [[nodiscard]] explicit operator bool() const noexcept { return of_ != nullptr; }
    [[nodiscard]] int number() const noexcept { return of_->number(); }
    [[nodiscard]] detail::descriptor_lease& lease() const noexcept { return of_->lease(); }
    [[nodiscard]] const detail::descriptor_place* place() const noexcept { return of_->place(); }

private:
    shared_descriptor* of_;
};

} // namespace spargio
