// Reads the keys of one JSON object into a record, and keeps what the record has no field for.
#pragma once

#include "harness/record/named_texts.hpp"
#include "harness/record/other_minor.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

/// Texts by name as an object, and back. Reading throws json::exception for anything else.
[[nodiscard]] json object_of(const named_texts& texts);
[[nodiscard]] named_texts named_texts_from_json(const json& written);

/// Every reading function throws json::exception where a key is missing or of another type. The object must
/// outlive the reader; keys are texts that live as long as the program.
class json_reader {
public:
    explicit json_reader(const json& object) : object_(object) {}

    /// The value as it is written.
    const json& raw(const char* key) {
        taken_.emplace_back(key);
        return object_.at(key);
    }

    template <class Value>
    Value get(const char* key) {
        return raw(key).template get<Value>();
    }

    /// A key that must be there, but may be null.
    template <class Value>
    std::optional<Value> nullable(const char* key) {
        const auto& value = raw(key);
        return value.is_null() ? std::nullopt : std::optional(value.template get<Value>());
    }

    /// A key that files of older minor versions lack; nothing where it is not there or null.
    template <class Value>
    std::optional<Value> later(const char* key) {
        const auto* value = later(key);
        return value == nullptr ? std::nullopt : std::optional(value->template get<Value>());
    }
    /// The same as it is written; null pointer where there is nothing.
    const json* later(const char* key) {
        const auto at = object_.find(key);
        if (at == object_.end()) {
            beyond_.lacking.emplace_back(key);
            return nullptr;
        }
        taken_.emplace_back(key);
        return at->is_null() ? nullptr : &*at;
    }

    /// A key that most files lack; null pointer there. What is null stays among the unknown keys.
    const json* rare(const char* key) {
        const auto at = object_.find(key);
        if (at == object_.end() || at->is_null()) return nullptr;
        taken_.emplace_back(key);
        return &*at;
    }

    /// Call last: all keys that were not read.
    [[nodiscard]] other_minor beyond() {
        for (const auto& [key, value] : object_.items())
            if (std::ranges::find(taken_, key) == taken_.end()) beyond_.added[key] = value;
        return std::move(beyond_);
    }

private:
    const json& object_;
    std::vector<std::string_view> taken_;
    other_minor beyond_;
};

/// The object that a record of another minor version was read from: without the keys that it lacked, with those
/// that it had more.
[[nodiscard]] json as_read(json written, const other_minor& beyond);

/// An array with one entry for each record, and back.
template <class Record>
[[nodiscard]] json to_json_array(const std::vector<Record>& records) {
    json all = json::array();
    for (const auto& each : records) all.push_back(to_json(each));
    return all;
}
template <class Read>
[[nodiscard]] auto read_array(const json& written, Read read) {
    std::vector<decltype(read(written))> all;
    all.reserve(written.size());
    for (const auto& each : written) all.push_back(read(each));
    return all;
}

/// The record, or null where there is none.
template <class Record>
[[nodiscard]] json to_json_or_null(const std::optional<Record>& record) {
    return record ? to_json(*record) : json(nullptr);
}

} // namespace bench
