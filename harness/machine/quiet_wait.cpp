#include "harness/machine/quiet_wait.hpp"

#include "harness/common/interrupt.hpp"
#include "workloads/measure/recorder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <utility>

namespace bench {
namespace {

/// A neighbour that computes for half a second without a pause is a job and not a burst.
constexpr std::size_t looks_of_steady_neighbour = 5;
/// Two ticks of /proc/stat in a window, on a machine of two CPUs.
constexpr double steady_within = 0.10;
constexpr int blocks_until_next_look = 10;

} // namespace

std::optional<std::string> reason_to_drop(const noise_figures& seen) {
    if (seen.foreign_share.value_or(0) > drop_foreign_share)
        return fmt::format("others used {:.0f} % of the machine (limit {:.0f} %)", 100 * *seen.foreign_share,
                           100 * drop_foreign_share);
    if (seen.stolen_share.value_or(0) > drop_foreign_share)
        return fmt::format("the hypervisor took {:.0f} % of the machine (limit {:.0f} %)",
                           100 * *seen.stolen_share, 100 * drop_foreign_share);
    return std::nullopt;
}

quiet_senses quiet_senses::of_this_machine() {
    return {.now_ns = bench::now_ns, .look = [](std::uint64_t window_ns, std::optional<double>& foreign_share) {
                const auto before = noise_reading::take();
                if (interrupt::sleep_ns(window_ns)) return false;
                foreign_share = before.until(noise_reading::take()).foreign_share;
                return true;
            }};
}

quiet_wait::quiet_wait(std::uint64_t per_block_ns, quiet_senses senses)
    : senses_(std::move(senses)), limit_ns_(per_block_ns), run_started_ns_(senses_.now_ns()) {}

std::uint64_t quiet_wait::before_block() {
    // Ten ticks of /proc/stat on each CPU.
    constexpr std::uint64_t window_ns = 100'000'000;
    if (blocks_beside_neighbour_ > 0 && --blocks_beside_neighbour_ > 0) return 0;
    const std::uint64_t started_ns = senses_.now_ns();
    const std::uint64_t allowance_ns = (started_ns - run_started_ns_) / 10 + limit_ns_;
    const std::uint64_t left_ns = allowance_ns > waited_total_ns_ ? allowance_ns - waited_total_ns_ : 0;
    const std::uint64_t limit_ns = std::min(limit_ns_, left_ns);
    looks_.clear();
    while (last_foreign_share_.value_or(0) > quiet_foreign_share &&
           senses_.now_ns() - started_ns + window_ns <= limit_ns) {
        if (!senses_.look(window_ns, last_foreign_share_)) break;
        looks_.push_back(last_foreign_share_.value_or(0));
        if (is_steady()) {
            blocks_beside_neighbour_ = blocks_until_next_look;
            break;
        }
    }
    const std::uint64_t waited_ns = senses_.now_ns() - started_ns;
    waited_total_ns_ += waited_ns;
    return waited_ns;
}

void quiet_wait::after_block(const noise_figures& seen) noexcept {
    last_foreign_share_ = seen.foreign_share;
    if (last_foreign_share_.value_or(0) <= quiet_foreign_share) blocks_beside_neighbour_ = 0;
}

bool quiet_wait::is_steady() const {
    if (looks_.size() < looks_of_steady_neighbour) return false;
    const auto [least, most] = std::ranges::minmax(std::span(looks_).last(looks_of_steady_neighbour));
    return least > quiet_foreign_share && most - least <= steady_within;
}

} // namespace bench
