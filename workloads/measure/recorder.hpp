// Where a session puts its latencies: one lane per thread, no lock, fixed memory (W5).
#pragma once

#include "workloads/measure/histogram.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace bench {

/// Nanoseconds of the monotonic clock (CLOCK_MONOTONIC), the one clock of every latency here.
[[nodiscard]] inline std::uint64_t now_ns() noexcept {
    return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(
                                          std::chrono::steady_clock::now().time_since_epoch())
                                          .count());
}

/// A recorder owns one histogram per lane. A lane is written by one thread at a time; different lanes may be
/// written at once. Read and clear only while no slice runs.
class recorder {
public:
    explicit recorder(std::size_t lanes) {
        for (std::size_t i = 0; i < lanes; ++i) lanes_.push_back(std::make_unique<histogram>());
    }

    /// Lane `index`; a session uses its worker number. Throws std::out_of_range past the last lane.
    [[nodiscard]] histogram& lane(std::size_t index) { return *lanes_.at(index); }

    [[nodiscard]] std::size_t lanes() const noexcept { return lanes_.size(); }

    /// All lanes together.
    [[nodiscard]] histogram merged() const {
        histogram all;
        for (const auto& lane : lanes_) all.merge(*lane);
        return all;
    }

    void clear() noexcept {
        for (auto& lane : lanes_) lane->clear();
    }

private:
    // Behind pointers: each histogram is tens of KiB, so no two threads share a cache line.
    std::vector<std::unique_ptr<histogram>> lanes_;
};

} // namespace bench
