#include "workloads/contract/backend.hpp"

namespace bench {

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
