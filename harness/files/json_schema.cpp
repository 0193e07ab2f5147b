#include "harness/files/json_schema.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <regex>
#include <stdexcept>
#include <utility>

namespace bench {
namespace {

constexpr std::size_t violation_limit = 20;
constexpr std::size_t longest_matched = 1000;

bool begins_letter(char byte) { return (static_cast<unsigned char>(byte) & 0xC0u) != 0x80u; }

/// Code points of a text that is UTF-8.
std::size_t letters_of(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), begins_letter));
}

/// Where the letter of that number begins.
std::size_t offset_of(std::string_view text, std::size_t letter) {
    std::size_t at = 0;
    for (; at < text.size(); ++at)
        if (begins_letter(text[at]) && letter-- == 0) break;
    return at;
}

bool has_type(const json& value, const std::string& type) {
    if (type == "object") return value.is_object();
    if (type == "array") return value.is_array();
    if (type == "string") return value.is_string();
    if (type == "boolean") return value.is_boolean();
    if (type == "null") return value.is_null();
    if (type == "integer") return value.is_number_integer();
    if (type == "number") return value.is_number();
    throw std::logic_error("unknown type '" + type + "' in the schema");
}

class checker {
public:
    checker(const json& root, unknown_keys unknown) : root_(root), unknown_(unknown) {}

    void check(const json& schema, const json& value, const std::string& place) {
        for (const auto& [keyword, rule] : schema.items()) {
            if (violations_.size() >= violation_limit) return;
            apply(keyword, rule, schema, value, place);
        }
    }

    std::vector<std::string> violations_;

private:
    using rule_function = void (checker::*)(const json& rule, const json& schema, const json& value,
                                            const std::string& place);

    void apply(const std::string& keyword, const json& rule, const json& schema, const json& value,
               const std::string& place) {
        static constexpr std::array<std::string_view, 5> notes{"$schema", "$defs", "title", "description",
                                                               "examples"};
        static constexpr std::array<std::pair<std::string_view, rule_function>, 14> rules{
            {{"type", &checker::type},
             {"required", &checker::required},
             {"properties", &checker::properties},
             {"additionalProperties", &checker::additional},
             {"items", &checker::items},
             {"enum", &checker::one_of_values},
             {"const", &checker::constant},
             {"pattern", &checker::pattern},
             {"maxLength", &checker::max_length},
             {"minimum", &checker::minimum},
             {"minItems", &checker::min_items},
             {"maxItems", &checker::max_items},
             {"oneOf", &checker::one_of},
             {"$ref", &checker::reference}}};
        for (const auto& note : notes)
            if (keyword == note) return;
        for (const auto& [name, function] : rules)
            if (keyword == name) return (this->*function)(rule, schema, value, place);
        throw std::logic_error("unknown keyword '" + keyword + "' in the schema");
    }

    void complain(const std::string& place, const std::string& text) {
        if (violations_.size() < violation_limit)
            violations_.push_back(fmt::format("{}: {}", place.empty() ? "/" : place, text));
    }

    void type(const json& rule, const json&, const json& value, const std::string& place) {
        const json types = rule.is_array() ? rule : json::array({rule});
        for (const auto& one : types)
            if (has_type(value, one.get<std::string>())) return;
        complain(place, fmt::format("must be {}, is {}", rule.dump(), value.type_name()));
    }

    void required(const json& rule, const json&, const json& value, const std::string& place) {
        if (!value.is_object()) return;
        for (const auto& key : rule)
            if (!value.contains(key.get<std::string>())) complain(place, fmt::format("lacks {}", key.dump()));
    }

    void properties(const json& rule, const json&, const json& value, const std::string& place) {
        if (!value.is_object()) return;
        for (const auto& [key, schema] : rule.items())
            if (const auto at = value.find(key); at != value.end()) check(schema, *at, place + "/" + key);
    }

    void additional(const json& rule, const json& schema, const json& value, const std::string& place) {
        if (!value.is_object()) return;
        const json known = schema.value("properties", json::object());
        for (const auto& [key, member] : value.items()) {
            if (known.contains(key)) continue;
            if (rule == false && unknown_ == unknown_keys::refused)
                complain(place, fmt::format("has a key {} that the schema does not know", shown_value(key)));
            else if (rule.is_object())
                check(rule, member, place + "/" + key);
        }
    }

    void items(const json& rule, const json&, const json& value, const std::string& place) {
        if (!value.is_array()) return;
        for (std::size_t i = 0; i < value.size(); ++i) check(rule, value[i], fmt::format("{}/{}", place, i));
    }

    void one_of_values(const json& rule, const json&, const json& value, const std::string& place) {
        for (const auto& legal : rule)
            if (legal == value) return;
        complain(place, fmt::format("is {}, must be one of {}", shown_value(value), rule.dump()));
    }

    void constant(const json& rule, const json&, const json& value, const std::string& place) {
        if (value != rule) complain(place, fmt::format("must be {}", rule.dump()));
    }

    void pattern(const json& rule, const json&, const json& value, const std::string& place) {
        // libstdc++ takes stack for each letter; what is longer has a maxLength that it breaks.
        if (!value.is_string() || letters_of(value.get_ref<const std::string&>()) > longest_matched) return;
        if (!std::regex_search(value.get<std::string>(),
                               std::regex(rule.get<std::string>(), std::regex::ECMAScript)))
            complain(place, fmt::format("is {}, must match {}", shown_value(value), rule.dump()));
    }

    void max_length(const json& rule, const json&, const json& value, const std::string& place) {
        if (value.is_string() && letters_of(value.get_ref<const std::string&>()) > rule.get<std::size_t>())
            complain(place, fmt::format("is longer than {} letters", rule.dump()));
    }

    void minimum(const json& rule, const json&, const json& value, const std::string& place) {
        if (value.is_number() && value < rule)
            complain(place, fmt::format("is {}, least is {}", value.dump(), rule.dump()));
    }

    void min_items(const json& rule, const json&, const json& value, const std::string& place) {
        if (value.is_array() && value.size() < rule.get<std::size_t>()) complain(place, "has too few items");
    }

    void max_items(const json& rule, const json&, const json& value, const std::string& place) {
        if (value.is_array() && value.size() > rule.get<std::size_t>()) complain(place, "has too many items");
    }

    /// Of the choices, exactly one must fit; if none does, the complaints of the last are shown.
    void one_of(const json& rule, const json&, const json& value, const std::string& place) {
        std::size_t fitting = 0;
        std::vector<std::string> last;
        for (const auto& choice : rule) {
            checker inner(root_, unknown_);
            inner.check(choice, value, place);
            if (inner.violations_.empty())
                ++fitting;
            else
                last = std::move(inner.violations_);
        }
        if (fitting == 1) return;
        for (const auto& text : last)
            if (violations_.size() < violation_limit) violations_.push_back(text);
        if (last.empty()) complain(place, "fits more than one of the choices");
    }

    void reference(const json& rule, const json&, const json& value, const std::string& place) {
        const auto target = rule.get<std::string>();
        check(root_.at(json::json_pointer(target.substr(1))), value, place);
    }

    const json& root_;
    unknown_keys unknown_;
};

} // namespace

std::string shown_value(const json& value) {
    const auto text = value.dump();
    const auto letters = letters_of(text);
    if (letters <= 80) return text;
    return text.substr(0, offset_of(text, 50)) + "…" + text.substr(offset_of(text, letters - 20));
}

std::vector<std::string> schema_violations(const json& schema, const json& document, unknown_keys unknown) {
    checker all(schema, unknown);
    all.check(schema, document, "");
    return std::move(all.violations_);
}

} // namespace bench
