// One case: workload, parameters, backend and knobs, with what became of it.
#pragma once

#include "harness/record/case_status.hpp"
#include "harness/record/latency_record.hpp"
#include "harness/record/named_texts.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace bench {

/// A case of the result schema. Cases of one group are compared with each other.
struct case_record {
    std::string id;    ///< GROUP|ARM, unique in the file
    std::string group; ///< workload, then '?' and the parameters that differ from their defaults
    std::string workload;
    named_texts parameters; ///< all of them
    std::string arm;
    std::string backend;
    bool of_base = false;                            ///< a cell of the base build
    std::optional<std::string> waits = std::nullopt; ///< sleeps, spins or polls; none: not said
    named_texts knobs_given;                         ///< only the given ones
    named_texts knobs_effective;                     ///< all of them
    named_texts capabilities;
    std::optional<double> injected_slowdown =
        std::nullopt; ///< share by which --inject slowed this arm on purpose
    case_status status = case_status::not_run;
    std::optional<std::string> reason =
        std::nullopt; ///< why it is not measured: a sentence, with the remedy if there is one
    std::optional<latency_record> latency = std::nullopt;       ///< over all kept blocks
    std::optional<std::uint64_t> peak_rss_bytes = std::nullopt; ///< the largest of its processes
    std::optional<double> paused_cpu_share = std::nullopt;      ///< of one CPU, over all pauses
    std::string repro;                                   ///< the one command that measures this case again
    std::optional<std::uint64_t> machine = std::nullopt; ///< of merged files: position under `machines`
    other_minor beyond = {};
};

} // namespace bench
