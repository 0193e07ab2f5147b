// Blocks as JSON. Reading throws json::exception for what is no such record.
#pragma once

#include "harness/record/block_record.hpp"

namespace bench {

[[nodiscard]] json to_json(const block_start& start);
[[nodiscard]] block_start block_start_from_json(const json& written);

[[nodiscard]] json to_json(const block_conditions& conditions);
[[nodiscard]] block_conditions block_conditions_from_json(const json& written);

[[nodiscard]] json to_json(const block_record& block);
[[nodiscard]] block_record block_from_json(const json& written);

} // namespace bench
