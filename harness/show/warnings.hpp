// What a reader of a result must know before he believes it (M5, M6).
#pragma once

#include "harness/run/run_state.hpp"

namespace bench {

/// What harness and recorder cost, measured by the empty workload.
struct overhead {
    double per_operation_ns = 0;
    double per_latency_ns = 0;
};

/// From the document's `harness/empty` case where it has one, else measured here and now in a few ms.
[[nodiscard]] overhead overhead_of(const json& document);

/// `warnings` of the result schema, judged from the document and from how quiet the paused sessions were.
[[nodiscard]] json make_warnings(const json& document, const overhead& costs, const run_state& state);

} // namespace bench
