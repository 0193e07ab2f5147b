// What the file says of a workload, so that it can be read without this build.
#pragma once

#include "harness/record/other_minor.hpp"

#include <string>
#include <vector>

namespace bench {

/// A parameter of a workload.
struct parameter_record {
    std::string name;
    std::string initial; ///< key `default`
    std::string unit;
    std::string help;
    other_minor beyond = {};
};

/// An entry under `workloads` of the result schema.
struct workload_record {
    std::string name;
    std::string summary;
    std::string operation; ///< what one operation is, in the singular
    bool judged_by_cpu_time = false;
    bool measures_latency = false;
    std::vector<parameter_record> parameters;
    other_minor beyond = {};
};

} // namespace bench
