// Instructions and cycles of this process in user mode, where the kernel lets us count them (M4).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace bench {

/// Counts every thread that is started after it was made: open it before the session.
class perf_counters {
public:
    perf_counters();
    perf_counters(const perf_counters&) = delete;
    perf_counters& operator=(const perf_counters&) = delete;
    ~perf_counters();

    struct reading {
        std::optional<std::uint64_t> instructions;
        std::optional<std::uint64_t> cycles;
    };
    [[nodiscard]] reading read() const;

    /// Why they can't be read; empty where they can.
    [[nodiscard]] const std::string& problem() const noexcept { return problem_; }

private:
    int instructions_ = -1;
    int cycles_ = -1;
    std::string problem_;
};

} // namespace bench
