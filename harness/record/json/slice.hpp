// Slices and latencies as JSON. Reading throws json::exception for what is no such record.
#pragma once

#include "harness/record/slice_record.hpp"

namespace bench {

[[nodiscard]] json to_json(const latency_summary& summary);
[[nodiscard]] latency_summary latency_summary_from_json(const json& written);

[[nodiscard]] json to_json(const latency_record& latency);
[[nodiscard]] latency_record latency_record_from_json(const json& written);

/// The figures as a cell sends them: the keys that a slice of the result schema has.
[[nodiscard]] json to_json(const slice_figures& figures);
[[nodiscard]] slice_figures slice_figures_from_json(const json& written);

[[nodiscard]] json to_json(const slice_record& slice);
[[nodiscard]] slice_record slice_from_json(const json& written);

} // namespace bench
