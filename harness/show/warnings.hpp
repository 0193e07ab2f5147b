// What a reader of a result must know before he believes it (M5, M6).
#pragma once

#include "harness/record/pause_totals.hpp"
#include "harness/record/result_record.hpp"

#include <map>
#include <string>
#include <vector>

namespace bench {

/// What harness and recorder cost, measured by the empty workload.
struct overhead {
    double per_operation_ns = 0;
    double per_latency_ns = 0;
};

/// From the result's `harness/empty` case where it has one, else measured here and now in a few ms.
[[nodiscard]] overhead overhead_of(const result_record& result);

/// What of the machine and of the builds makes every figure of a run another one than its reader would take it
/// for: one CPU, a quota, a nice value, a build that is slower than the users'. Each belongs to no case.
[[nodiscard]] std::vector<warning_record> remarks_on(const environment_record& environment,
                                                     const tool_record& tool,
                                                     const std::optional<base_build_record>& base);

/// Judged from the result and from what the paused sessions used, by case id.
[[nodiscard]] std::vector<warning_record> make_warnings(const result_record& result, const overhead& costs,
                                                        const std::map<std::string, pause_totals>& pauses);

} // namespace bench
