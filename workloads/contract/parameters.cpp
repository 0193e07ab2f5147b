#include "workloads/contract/parameters.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <stdexcept>

namespace bench {
namespace {

std::string names_of(std::span<const parameter_spec> declared) {
    std::string names;
    for (const auto& spec : declared) {
        if (!names.empty()) names += ", ";
        names += spec.name;
    }
    return names.empty() ? "none" : names;
}

std::string legal_values(const parameter_spec& spec) {
    std::string text = std::to_string(spec.least) + " to " + std::to_string(spec.most);
    for (const auto& word : spec.words) text += ", " + std::string(word.word);
    if (!spec.unit.empty()) text += " (" + std::string(spec.unit) + ")";
    return text;
}

std::optional<std::int64_t> read_value(const parameter_spec& spec, std::string_view text) {
    for (const auto& word : spec.words)
        if (word.word == text) return word.value;
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    if (value < spec.least || value > spec.most) return std::nullopt;
    return value;
}

} // namespace

std::expected<parameters, std::string> parameters::make(std::span<const parameter_spec> declared,
                                                        std::span<const assignment> given) {
    parameters made;
    for (const auto& spec : declared) made.entries_.push_back({spec, spec.initial});
    for (const auto& [name, text] : given) {
        const auto at = std::ranges::find(made.entries_, name, [](const entry& e) { return e.spec.name; });
        if (at == made.entries_.end())
            return std::unexpected("unknown parameter '" + name +
                                   "'; this workload has: " + names_of(declared));
        const auto value = read_value(at->spec, text);
        if (!value)
            return std::unexpected("parameter " + name + "=" + text + " is not legal; it takes " +
                                   legal_values(at->spec));
        at->value = *value;
    }
    return made;
}

std::int64_t parameters::operator[](std::string_view name) const {
    for (const auto& e : entries_)
        if (e.spec.name == name) return e.value;
    throw std::out_of_range("undeclared parameter " + std::string(name));
}

std::int64_t parameters::value_or(std::string_view name, std::int64_t otherwise) const noexcept {
    const auto at = std::ranges::find(entries_, name, [](const entry& e) { return e.spec.name; });
    return at == entries_.end() ? otherwise : at->value;
}

std::string parameters::text(std::string_view name) const {
    for (const auto& e : entries_) {
        if (e.spec.name != name) continue;
        for (const auto& word : e.spec.words)
            if (word.value == e.value) return std::string(word.word);
        return std::to_string(e.value);
    }
    throw std::out_of_range("undeclared parameter " + std::string(name));
}

std::string parameters::label() const {
    std::string label;
    for (const auto& e : entries_) {
        if (!label.empty()) label += ',';
        label += std::string(e.spec.name) + '=' + text(e.spec.name);
    }
    return label;
}

} // namespace bench
