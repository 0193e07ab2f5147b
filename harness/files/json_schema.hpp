// Holds a document against a JSON Schema: the keywords that results/schema uses, and an error for any other.
#pragma once

#include "harness/common/json.hpp"

#include <string>
#include <vector>

namespace bench {

/// All violations, each as "PLACE: what is wrong", PLACE a JSON pointer; empty when the document conforms.
/// Stops after 20. Throws std::logic_error when the schema uses a keyword that is not known here.
[[nodiscard]] std::vector<std::string> schema_violations(const json& schema, const json& document);

} // namespace bench
