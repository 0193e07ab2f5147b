// Holds a document against a JSON Schema: the keywords that results/schema uses, and an error for any other.
#pragma once

#include "harness/common/json.hpp"

#include <string>
#include <vector>

namespace bench {

/// What a key means that the schema does not know, where it knows them all (additionalProperties: false): a
/// mistake, or something that a newer minor version of the schema has added.
enum class unknown_keys { refused, ignored };

/// The value as it stands in a message: its JSON, the middle left out where it is longer than 80 letters.
[[nodiscard]] std::string shown_value(const json& value);

/// All violations, each as "PLACE: what is wrong", PLACE a JSON pointer; empty when the document conforms.
/// The analysis says the same of the same document (spargio_report/read/schema_words.py). Stops after 20.
/// Throws std::logic_error when the schema uses a keyword that is not known here.
[[nodiscard]] std::vector<std::string> schema_violations(const json& schema, const json& document,
                                                         unknown_keys unknown = unknown_keys::refused);

} // namespace bench
