// Sweeps and their stages as JSON. Reading throws json::exception for what is no such record.
#pragma once

#include "harness/record/sweep_record.hpp"

namespace bench {

[[nodiscard]] json to_json(const stage_record& stage);
[[nodiscard]] stage_record stage_from_json(const json& written);

[[nodiscard]] json to_json(const sweep_record& sweep);
[[nodiscard]] sweep_record sweep_from_json(const json& written);

/// The word of the result schema.
[[nodiscard]] const char* word_of(stage_kind kind) noexcept;

} // namespace bench
