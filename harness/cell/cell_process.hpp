// The child side: a fresh process that holds one session and does what the coordinator says (M2, M4, W4).
//
// Commands come on descriptor 3, answers go to descriptor 4 (cell_messages.hpp).
#pragma once

#include "workloads/contract/parameters.hpp"

#include <string>
#include <vector>

namespace bench {

inline constexpr int cell_command_descriptor = 3;
inline constexpr int cell_answer_descriptor = 4;

struct cell_options {
    std::string workload;
    std::string arm;                     ///< as `-b` takes it
    std::vector<std::string> parameters; ///< name=value
    std::vector<std::string> plugins;    ///< the one that the arm's backend comes from, if it does
    double injected_slowdown = 0;
    int parent = 0; ///< process id of the coordinator: the cell dies with it (P23)
};

/// The body of `spargio-bench cell`. Returns the exit code.
[[nodiscard]] int run_cell(const cell_options& options);

} // namespace bench
