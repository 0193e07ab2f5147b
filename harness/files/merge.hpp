// Joins result files (M24): the shards of one matrix, or what several machines measured.
#pragma once

#include <string>
#include <vector>

namespace bench {

struct merge_request {
    std::vector<std::string> paths;
    std::string output;
    bool partial = false; ///< shards may be missing; the file says so
};

/// `spargio-bench merge FILE... -o OUT`. Each file is a machine of its own in what it writes: a group that
/// stands in several is kept apart for each, so that no ratio is ever taken between machines. Refused, with
/// nothing written: files of different builds or schema versions, shards of different plans, a shard that
/// stands twice or is missing. Returns the exit code.
[[nodiscard]] int run_merge(const merge_request& asked);

} // namespace bench
