// Cases as JSON. Reading throws json::exception for what is no such record.
#pragma once

#include "harness/record/case_record.hpp"

namespace bench {

[[nodiscard]] json to_json(const case_record& record);
[[nodiscard]] case_record case_from_json(const json& written);

/// The status that the word names. Throws std::out_of_range for a word that this build doesn't know.
[[nodiscard]] case_status case_status_from_json(const json& written);

} // namespace bench
