// What the schema of a result can't say: names that refer to each other, and figures that must be there.
#pragma once

#include "harness/common/json.hpp"

#include <string>
#include <vector>

namespace bench {

/// What is wrong in a document that conforms to the schema, each as "PLACE: what", PLACE a JSON pointer; empty:
/// nothing. The analysis refuses the same with the same words (spargio_report/read/integrity.py; a test holds
/// them together).
[[nodiscard]] std::vector<std::string> reference_problems(const json& document);

} // namespace bench
