// One field in which two records differ, for a message that names it.
#pragma once

#include "harness/common/json.hpp"

#include <optional>
#include <string>

namespace bench {

struct field_difference {
    const char* key;
    std::string one; ///< as JSON has it
    std::string other;
};

/// Nothing where both are the same.
[[nodiscard]] inline std::optional<field_difference> compare_field(const char* key, const json& one,
                                                                   const json& other) {
    if (one == other) return std::nullopt;
    return field_difference{key, one.dump(), other.dump()};
}

} // namespace bench
