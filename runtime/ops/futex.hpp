// IORING_OP_FUTEX_WAIT and IORING_OP_FUTEX_WAKE (kernel 6.7; futex(2)): to wait for, and to wake, what does not
// run on shards, such as threads in FUTEX_WAIT and std::atomic::wait. Between tasks `manual_event` is far
// cheaper.
#pragma once

#include <spargio/ops/operation.hpp>

#include <atomic>
#include <cstdint>
#include <limits>

#include <liburing.h>

namespace spargio::ops {

/// Which processes may wait at a word.
enum class futex_scope : std::uint8_t {
    process, ///< threads of this process; cheaper
    shared   ///< other processes too, which have the word in shared memory
};

namespace detail {

/// Older kernel headers lack these numbers.
enum : std::uint8_t { opcode_futex_wait = 51, opcode_futex_wake = 52 };

/// FUTEX2_SIZE_U32, and FUTEX2_PRIVATE.
[[nodiscard]] constexpr int futex_flags(futex_scope scope) noexcept {
    return 2 | (scope == futex_scope::process ? 128 : 0);
}

inline void prepare_futex(io_uring_sqe& entry, std::uint8_t opcode, futex_scope scope,
                          const std::atomic<std::uint32_t>& word, std::uint64_t value) noexcept {
    io_uring_prep_rw(opcode, &entry, futex_flags(scope), &word, 0, value);
    entry.addr3 = std::numeric_limits<std::uint32_t>::max(); // FUTEX_BITSET_MATCH_ANY
}

} // namespace detail

class futex_wait_request {
public:
    using value_type = void;

    futex_wait_request(const std::atomic<std::uint32_t>& word, std::uint32_t expected,
                       futex_scope scope) noexcept
        : word_(&word), expected_(expected), scope_(scope) {}

    void prepare(io_uring_sqe& entry) const noexcept {
        detail::prepare_futex(entry, detail::opcode_futex_wait, scope_, *word_, expected_);
    }
    void take(std::int32_t, std::uint32_t) const noexcept {}

private:
    const std::atomic<std::uint32_t>* word_;
    std::uint32_t expected_;
    futex_scope scope_;
};

class futex_wake_request {
public:
    using value_type = std::uint32_t;

    futex_wake_request(const std::atomic<std::uint32_t>& word, std::uint32_t most, futex_scope scope) noexcept
        : word_(&word), most_(most), scope_(scope) {}

    void prepare(io_uring_sqe& entry) const noexcept {
        detail::prepare_futex(entry, detail::opcode_futex_wake, scope_, *word_, most_);
    }
    [[nodiscard]] std::uint32_t take(std::int32_t result, std::uint32_t) const noexcept {
        return static_cast<std::uint32_t>(result);
    }

private:
    const std::atomic<std::uint32_t>* word_;
    std::uint32_t most_;
    futex_scope scope_;
};

/// Waits at a word as long as it holds `expected`, until somebody wakes its waiters. EAGAIN: it held
/// something else. As with futex(2), a wake may come for no reason: look at the word again. Borrows `word`.
[[nodiscard]] inline operation<futex_wait_request>
futex_wait(const std::atomic<std::uint32_t>& word, std::uint32_t expected,
           futex_scope scope = futex_scope::process) noexcept {
    return operation<futex_wait_request>(futex_wait_request(word, expected, scope));
}

/// Wakes at most `most` of the waiters at a word, with the same scope, and gives how many. Borrows `word`.
[[nodiscard]] inline operation<futex_wake_request>
futex_wake(const std::atomic<std::uint32_t>& word,
           std::uint32_t most = std::numeric_limits<std::int32_t>::max(),
           futex_scope scope = futex_scope::process) noexcept {
    return operation<futex_wake_request>(futex_wake_request(word, most, scope));
}

} // namespace spargio::ops
