// A whole result file as JSON (results/schema). Reading throws json::exception or std::out_of_range for what
// is no valid document.
#pragma once

#include "harness/record/result_record.hpp"

namespace bench {

[[nodiscard]] json to_json(const result_record& result);
[[nodiscard]] result_record result_from_json(const json& written);

} // namespace bench
