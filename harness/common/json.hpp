// The JSON type of the harness: keys keep their order, so that files read as they were meant.
#pragma once

#include <nlohmann/json.hpp>

#include <optional>
#include <string>

namespace bench {

using json = nlohmann::ordered_json;

/// Text of a document on one line. Bytes that are not UTF-8 (a crashed cell's last words) are replaced.
[[nodiscard]] inline std::string one_line(const json& document) {
    return document.dump(-1, ' ', false, json::error_handler_t::replace);
}

/// The value, or null where there is none: never NaN, never a made-up zero.
template <class Value>
[[nodiscard]] json or_null(const std::optional<Value>& value) {
    return value ? json(*value) : json(nullptr);
}

} // namespace bench
