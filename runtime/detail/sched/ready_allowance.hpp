// How much that is ready a task may take before it must give way (R11): without a bound a flood would keep the
// shard at one task for ever.
#pragma once

#include <cstdint>

namespace spargio::detail {

/// Of one shard, for its thread.
class ready_allowance {
public:
    /// A system call takes as long as many messages: 32 of them in a row, some 100 us.
    static constexpr std::uint32_t cost_of_an_attempt = 8;

    /// A task begins to run.
    void renew() noexcept { left_ = most_in_a_row; }
    /// Whether the running task may go on without suspending for one thing more that is ready.
    [[nodiscard]] bool take(std::uint32_t cost) noexcept {
        if (left_ < cost) return false;
        left_ -= cost;
        return true;
    }

private:
    static constexpr std::uint32_t most_in_a_row = 256;

    std::uint32_t left_ = 0;
};

} // namespace spargio::detail
