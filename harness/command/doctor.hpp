// `spargio-bench doctor`: what this machine lacks for measuring, what each lack costs, how to lift it (M7).
#pragma once

#include "harness/common/json.hpp"

#include <string>
#include <vector>

namespace bench {

struct finding {
    enum class weight { good, lacking, fatal };
    weight how = weight::good;
    std::string what;   ///< "CPUs: 2 usable"
    std::string costs;  ///< what it costs the results; empty when good
    std::string remedy; ///< how to lift it
};

/// Judges an `environment` object of the result schema. Pure.
[[nodiscard]] std::vector<finding> judge_environment(const json& environment);

/// Prints the findings, those about backends and the given plugins included, samples noise for a second, takes
/// the probes. Exit code 4 when something makes results worthless or a plugin cannot be used, else 0.
[[nodiscard]] int run_doctor(const std::vector<std::string>& plugins);

} // namespace bench
