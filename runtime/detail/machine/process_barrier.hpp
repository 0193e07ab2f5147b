// Who pays for the order between "my work is visible" and "does the target sleep?".
//
// A waker stores and then asks, a sleeper announces and then looks; neither pair may change places
// (parking_flag.hpp). By default both sides pay with sequentially consistent operations. Wakers are many and
// sleeps are few, so where the kernel has membarrier(2) the sleeper can pay for both: its system call makes
// every running thread of the process pass a full barrier at some point between the call and its return. A
// waker's store stands before that point, and then the sleeper sees it; or its question stands after, and then
// it sees the announcement. Wakers need only keep the compiler from reordering. The same division as in Seastar
// and in userspace RCU (Desnoyers et al., IEEE TPDS 2012). tests/models/barrier_model.cpp checks it.
#pragma once

#include <atomic>
#include <cstdint>

namespace spargio::detail {

/// Which side of a wake-up pays for its order.
enum class wake_order : std::uint8_t {
    by_both,    ///< each waker and the sleeper, with sequentially consistent operations
    by_sleeper, ///< the sleeper alone, with process_barrier::run()
};

namespace process_barrier {

/// Whether the kernel has MEMBARRIER_CMD_PRIVATE_EXPEDITED (4.14) and lets us use it. Any thread.
[[nodiscard]] bool available() noexcept;

/// Returns after every running thread of this process has passed a full memory barrier. Only if available().
/// Any thread. One system call, about 0.5 us.
void run() noexcept;

} // namespace process_barrier

/// The waker's store, to be followed by its question.
template <class T>
void publish_before_asking(std::atomic<T>& where, T value, wake_order order) noexcept {
    if (order == wake_order::by_sleeper) {
        where.store(value, std::memory_order_release);
        std::atomic_signal_fence(std::memory_order_seq_cst);
    } else {
        where.store(value, std::memory_order_seq_cst);
    }
}

} // namespace spargio::detail
