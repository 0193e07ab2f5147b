// The run, its tool and its machine as JSON. Reading throws json::exception for what is no such record.
#pragma once

#include "harness/record/environment_record.hpp"
#include "harness/record/run_record.hpp"

namespace bench {

[[nodiscard]] json to_json(const tool_record& tool);
[[nodiscard]] tool_record tool_from_json(const json& written);

[[nodiscard]] json to_json(const environment_record& environment);
[[nodiscard]] environment_record environment_from_json(const json& written);

[[nodiscard]] json to_json(const plan_part_record& part);
[[nodiscard]] plan_part_record plan_part_from_json(const json& written);

[[nodiscard]] json to_json(const base_build_record& base);
[[nodiscard]] base_build_record base_build_from_json(const json& written);

[[nodiscard]] json to_json(const run_record& run);
[[nodiscard]] run_record run_from_json(const json& written);

/// The word of the result schema.
[[nodiscard]] const char* word_of(run_status status) noexcept;

} // namespace bench
