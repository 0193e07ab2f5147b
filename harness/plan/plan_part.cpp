#include "harness/plan/plan_part.hpp"

#include "harness/common/random.hpp"
#include "harness/common/text.hpp"
#include "harness/plan/plan_json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <vector>

namespace bench {
namespace {

constexpr std::uint64_t most_parts = 10'000;

} // namespace

std::expected<plan_part, problem> parse_plan_part(std::string_view text) {
    const auto slash = text.find('/');
    if (slash != std::string_view::npos) {
        const auto index = whole_number(text.substr(0, slash));
        const auto count = whole_number(text.substr(slash + 1));
        if (index && count && *index >= 1 && *index <= *count && *count <= most_parts)
            return plan_part{*index, *count};
    }
    return refused(problem_code::bad_value, fmt::format("--shard {}", text),
                   "write it as i/n, from 1/n to n/n, as 2/4 for the second of four");
}

std::string plan_digest(const plan& whole) {
    const json all = plan_to_json(whole);
    std::vector<std::string> parts;
    for (const auto& g : all.at("groups")) parts.push_back(one_line(g));
    std::ranges::sort(parts);
    for (const char* key : {"blocks", "slices", "slice_ns"})
        parts.push_back(fmt::format("{}={}", key, all.at(key).dump()));
    // Not for secrets: it only has to differ where plans do.
    return fmt::format("{:013x}", derive_seed(0, join(parts, "\n"), 0));
}

std::optional<problem> keep_part(plan& whole, plan_part kept) {
    if (whole.groups.size() < kept.count)
        return problem{problem_code::impossible_plan, fmt::format("--shard {}/{}", kept.index, kept.count),
                       fmt::format("the plan has {} groups (workload and parameters), and a group is not "
                                   "divided, because its arms are compared in the same blocks",
                                   whole.groups.size()),
                       fmt::format("use at most {} shards", whole.groups.size())};
    std::vector<const group*> longest_first;
    for (const auto& g : whole.groups) longest_first.push_back(&g);
    std::ranges::sort(longest_first, [&](const group* a, const group* b) {
        const auto first = whole.estimate_block_ns(*a);
        const auto second = whole.estimate_block_ns(*b);
        return first != second ? first > second : a->name < b->name;
    });
    std::vector<std::uint64_t> load(kept.count);
    std::map<std::string, std::uint64_t> part_of_group;
    for (const auto* g : longest_first) {
        const auto least = std::ranges::min_element(load) - load.begin();
        load[static_cast<std::size_t>(least)] += whole.estimate_block_ns(*g);
        part_of_group[g->name] = static_cast<std::uint64_t>(least) + 1;
    }
    std::erase_if(whole.groups, [&](const group& g) { return part_of_group.at(g.name) != kept.index; });
    return std::nullopt;
}

} // namespace bench
