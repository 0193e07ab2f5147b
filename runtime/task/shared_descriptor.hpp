// A descriptor that several tasks use and one closes: it is closed when nobody is at it any more, and its
// number can't come to mean another file before (P8).
//
//                use()                    last use ends
//   open ----------------------> used ------------------+
//     |  ^------------------------ |                    |
//     | begin_closing()            | begin_closing()    v
//     v                            v              idle: release(), close
//   idle                        closing ----------------^
//
// One atomic word counts the owner and the uses, and has a bit for closing; nobody comes in once that is set.
#pragma once

#include <spargio/core/file_descriptor.hpp>
#include <spargio/task/manual_event.hpp>

#include <atomic>
#include <cstdint>
#include <utility>

#include <unistd.h>

namespace spargio {

/// Uses from any thread. Costs an allocation; a use two atomic operations, about 10 ns.
class shared_descriptor {
public:
    /// Who decides when it is closed. Dropped without closing, the last use closes the descriptor.
    class owner {
    public:
        owner() noexcept = default; ///< of none
        /// Throws std::bad_alloc; the descriptor is closed then.
        explicit owner(file_descriptor number) : of_(new shared_descriptor(number)) {}
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

    /// The number, which is this descriptor's only for who is in.
    [[nodiscard]] int number() const noexcept { return number_; }

    /// Comes in; false when it is closing. Who came in goes out by leave(), on any thread.
    [[nodiscard]] bool enter() noexcept {
        std::uint32_t seen = state_.load(std::memory_order_relaxed);
        do {
#if !defined(SPARGIO_MUTANT) || SPARGIO_MUTANT != 110 // mutant: one who comes late is let in
            if ((seen & closing) != 0) return false;
#endif
        } while (!state_.compare_exchange_weak(seen, seen + 1, std::memory_order_acquire,
                                               std::memory_order_relaxed));
        return true;
    }

    void leave() noexcept {
        std::uint32_t seen = state_.load(std::memory_order_relaxed);
        do {
            if (seen == (closing | 2)) { // nobody else is in, and nobody comes: the closer may go on
                idle_.set();
                drop();
                return;
            }
        } while (!state_.compare_exchange_weak(seen, seen - 1, std::memory_order_acq_rel,
                                               std::memory_order_relaxed));
        if ((seen & ~closing) == 1) delete this;
    }

    /// By the owner: lets nobody in any more. False when it was closing already.
    [[nodiscard]] bool begin_closing() noexcept {
        const std::uint32_t before = state_.fetch_or(closing, std::memory_order_acq_rel);
        if ((before & closing) != 0) return false;
#if defined(SPARGIO_MUTANT) && SPARGIO_MUTANT == 111
        idle_.set(); // mutant: closed while others are at it
#endif
        if (before == 1) idle_.set();
        return true;
    }
    /// By the closer, after begin_closing(): whether nobody is in.
    [[nodiscard]] bool is_idle() const noexcept { return idle_.is_set(); }
    /// By the closer, after begin_closing(): waits until nobody is in. `canceled`: some are.
    [[nodiscard]] manual_event::awaiter idle() noexcept { return idle_.wait(); }
    /// By the closer, when idle: the number is its own from now on.
    [[nodiscard]] int release() noexcept {
        released_ = true;
        return number_;
    }

private:
    static constexpr std::uint32_t closing = std::uint32_t{1} << 31;

    explicit shared_descriptor(file_descriptor& number) noexcept : number_(number.release()) {}
    ~shared_descriptor() {
        if (!released_) ::close(number_);
    }

    void drop() noexcept {
        if ((state_.fetch_sub(1, std::memory_order_acq_rel) & ~closing) == 1) delete this;
    }

    const int number_;
    bool released_ = false;               // the closer's
    std::atomic<std::uint32_t> state_{1}; // the owner
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

private:
    shared_descriptor* of_;
};

} // namespace spargio
