#include "harness/common/names.hpp"

#include <fmt/format.h>

#include <fnmatch.h>

#include <algorithm>
#include <numeric>
#include <utility>

namespace bench {
namespace {

std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i + 1);
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
        }
    }
    return row.back();
}

/// A user types part of a long name: the best of the whole and of its parts counts, the whole as tie-breaker.
std::size_t distance_to(std::string_view word, std::string_view name) {
    const std::size_t whole = edit_distance(word, name);
    std::size_t best = whole;
    for (std::size_t from = 0; from < name.size();) {
        const auto to = std::min(name.find_first_of("/|[]?&=,", from), name.size());
        if (to > from) best = std::min(best, edit_distance(word, name.substr(from, to - from)));
        from = to + 1;
    }
    return best * 1000 + whole;
}

} // namespace

bool matches_whole(std::string_view pattern, std::string_view name) {
    return pattern == name || ::fnmatch(std::string(pattern).c_str(), std::string(name).c_str(), 0) == 0;
}

bool matches(std::string_view pattern, std::string_view name) {
    return name.contains(pattern) || matches_whole(pattern, name);
}

std::vector<std::string> nearest_names(std::string_view word, const std::vector<std::string>& candidates,
                                       std::size_t count) {
    std::vector<std::pair<std::size_t, std::string>> ranked;
    for (const auto& name : candidates) ranked.emplace_back(distance_to(word, name), name);
    std::ranges::sort(ranked);
    ranked.erase(std::ranges::unique(ranked).begin(), ranked.end());
    std::vector<std::string> nearest;
    for (std::size_t i = 0; i < std::min(count, ranked.size()); ++i) nearest.push_back(ranked[i].second);
    return nearest;
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates) {
    const auto near = nearest_names(word, candidates);
    return near.empty() ? "" : fmt::format("did you mean {}?", fmt::join(near, " or "));
}

} // namespace bench
