// Notices from block to block when CPUs are taken away, or the nice value or the quota changes.
#pragma once

#include "harness/machine/allowance.hpp"
#include "harness/record/environment_record.hpp"

#include <optional>
#include <string>

namespace bench {

class allowance_watch {
public:
    /// Begins with what the run began with.
    explicit allowance_watch(const environment_record& begun)
        : last_{.cpus = begun.affinity, .nice = begun.nice, .cpu_limit = begun.cgroup_cpu_limit} {}

    /// What the block had else than the one before it, as a line for the terminal; nothing where it had the
    /// same.
    [[nodiscard]] std::optional<std::string> look(const allowance& of_block) {
        const auto change = allowance_change(last_, of_block);
        last_ = of_block;
        if (!change) return std::nullopt;
        return "from here on the run has " + *change + ": blocks before and after are of two machines";
    }

private:
    allowance last_;
};

} // namespace bench
