// Faults for tests: requests that fail or come short as no kernel can be made to do at will. The one seam
// between operations and the kernel.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>

#include <liburing.h>

namespace spargio::detail {

/// Decides what becomes of each request of an operation in this process while it is installed. Called on the
/// shards' threads, also several at a time.
class fault_plan {
public:
    /// A result, mostly a negative errno, that the operation gets instead of the kernel's: the kernel is asked
    /// for nothing then. Or nothing, and then `entry` may be changed, such as made shorter.
    [[nodiscard]] virtual std::optional<std::int32_t> judge(io_uring_sqe& entry) noexcept = 0;

    /// Null, as it is outside tests: one load of a line that nobody writes.
    [[nodiscard]] static fault_plan* installed() noexcept { return installed_.load(std::memory_order_acquire); }
    /// Null takes it away; it must live until operations that it judged have ended.
    static void install(fault_plan* plan) noexcept { installed_.store(plan, std::memory_order_release); }

protected:
    fault_plan() = default;
    fault_plan(const fault_plan&) = delete;
    fault_plan& operator=(const fault_plan&) = delete;
    ~fault_plan() = default;

private:
    static inline constinit std::atomic<fault_plan*> installed_{nullptr};
};

} // namespace spargio::detail
