// `spargio-bench doctor`: what this machine lacks for measuring, what each lack costs, how to lift it (M7).
#pragma once

#include "harness/record/environment_record.hpp"

#include <string>
#include <vector>

namespace bench {

struct finding {
    enum class weight { good, lacking, fatal };
    weight severity = weight::good;
    std::string text;   ///< "CPUs: 2 usable"
    std::string costs;  ///< in the results; empty when good
    std::string remedy; ///< the way to lift it
};

/// Pure.
[[nodiscard]] std::vector<finding> judge_environment(const environment_record& seen);

/// Prints the findings, those about backends and the given plugins included, samples noise for a second, takes
/// the probes. Exit code 4 when something makes results worthless or a plugin cannot be used, else 0.
[[nodiscard]] int run_doctor(const std::vector<std::string>& plugins);

} // namespace bench
