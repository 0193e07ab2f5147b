#include "harness/quiet_wait.hpp"

#include "harness/interrupt.hpp"
#include "workloads/recorder.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace bench {

std::optional<std::string> reason_to_drop(const noise_figures& seen) {
    if (seen.foreign_share.value_or(0) > drop_foreign_share)
        return fmt::format("others used {:.0f} % of the machine (limit {:.0f} %)", 100 * *seen.foreign_share,
                           100 * drop_foreign_share);
    if (seen.stolen_share.value_or(0) > drop_foreign_share)
        return fmt::format("the hypervisor took {:.0f} % of the machine (limit {:.0f} %)",
                           100 * *seen.stolen_share, 100 * drop_foreign_share);
    return std::nullopt;
}

quiet_wait::quiet_wait(std::uint64_t per_block_ns) : limit_ns_(per_block_ns), run_started_ns_(now_ns()) {}

std::uint64_t quiet_wait::before_block() {
    // Ten ticks of /proc/stat on each CPU.
    constexpr std::uint64_t window_ns = 100'000'000;
    const std::uint64_t started_ns = now_ns();
    const std::uint64_t allowance_ns = (started_ns - run_started_ns_) / 10 + limit_ns_;
    const std::uint64_t left_ns = allowance_ns > waited_total_ns_ ? allowance_ns - waited_total_ns_ : 0;
    const std::uint64_t limit_ns = std::min(limit_ns_, left_ns);
    while (last_foreign_share_.value_or(0) > quiet_foreign_share &&
           now_ns() - started_ns + window_ns <= limit_ns) {
        const auto before = noise_reading::take();
        if (interrupt::sleep_ns(window_ns)) break;
        last_foreign_share_ = before.until(noise_reading::take()).foreign_share;
    }
    const std::uint64_t waited_ns = now_ns() - started_ns;
    waited_total_ns_ += waited_ns;
    return waited_ns;
}

} // namespace bench
