// Texts by name, in the order in which the file has them: parameters, knobs, capabilities, mitigations.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace bench {

using named_texts = std::vector<std::pair<std::string, std::string>>;

/// The entries of a map, in its order.
template <class Map>
[[nodiscard]] named_texts named_texts_of(const Map& entries) {
    return named_texts(entries.begin(), entries.end());
}

} // namespace bench
