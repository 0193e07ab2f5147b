// What was measured, backends and workloads, as JSON. Reading throws json::exception for what is no such
// record.
#pragma once

#include "harness/record/backend_record.hpp"
#include "harness/record/workload_record.hpp"

namespace bench {

[[nodiscard]] json to_json(const backend_record& backend);
[[nodiscard]] backend_record backend_from_json(const json& written);

[[nodiscard]] json to_json(const workload_record& workload);
[[nodiscard]] workload_record workload_from_json(const json& written);

} // namespace bench
