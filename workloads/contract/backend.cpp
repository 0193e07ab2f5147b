#include "workloads/contract/backend.hpp"

#include <array>

namespace bench {
namespace {

// In the order of the enumerations; they stand in results.
constexpr std::array<std::string_view, 3> class_words{"general", "specialist", "floor"};
constexpr std::array<std::string_view, 3> wait_words{"sleeps", "spins", "polls"};

template <class Value>
std::optional<Value> value_of(const std::array<std::string_view, 3>& words, std::string_view word) noexcept {
    for (std::size_t at = 0; at < words.size(); ++at)
        if (words[at] == word) return static_cast<Value>(at);
    return std::nullopt;
}

} // namespace

std::string_view word_of(backend_class standing) noexcept {
    return class_words[static_cast<std::size_t>(standing)];
}
std::string_view word_of(wait_manner waits) noexcept { return wait_words[static_cast<std::size_t>(waits)]; }
std::optional<backend_class> backend_class_of(std::string_view word) noexcept {
    return value_of<backend_class>(class_words, word);
}
std::optional<wait_manner> wait_manner_of(std::string_view word) noexcept {
    return value_of<wait_manner>(wait_words, word);
}

std::expected<knob_values, std::string> backend::effective_knobs(const knob_values& given) const {
    knob_values all;
    std::string known;
    for (const auto& knob : knobs()) {
        all.emplace(knob.name, knob.initial);
        known += (known.empty() ? "" : ", ") + knob.name;
    }
    for (const auto& [name, value] : given) {
        const auto at = all.find(name);
        if (at == all.end())
            return std::unexpected("backend " + std::string(this->name()) + " has no knob '" + name +
                                   "'; it has: " + (known.empty() ? "none" : known));
        at->second = value;
    }
    return all;
}

} // namespace bench
