// Medians of blocks, for the terminal and for warnings. Judgement belongs to analysis/.
#pragma once

#include "harness/record/block_record.hpp"

#include <map>
#include <string>
#include <vector>

namespace bench {

/// One entry a block that was kept: the median over the case's throughput slices, per operation.
struct case_figures {
    std::map<std::uint64_t, double> wall_ns;   ///< by block index
    std::map<std::uint64_t, double> cpu_ns;    ///< user and system
    std::map<std::uint64_t, double> peer_cpus; ///< CPUs that the peer kept busy; blocks that know it
};

/// By case id. Cases without a slice are absent.
[[nodiscard]] std::map<std::string, case_figures> figures_of(const std::vector<block_record>& blocks);

/// Middle value, mean of the two middle ones; 0 for none.
[[nodiscard]] double median_of(std::vector<double> values);
[[nodiscard]] double median_of(const std::map<std::uint64_t, double>& by_block);

} // namespace bench
