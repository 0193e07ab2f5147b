#include "harness/run/round_budget.hpp"

#include <algorithm>

namespace bench {

round_budget::round_budget(std::uint64_t budget_ns, std::vector<std::uint64_t> expected_block_ns)
    : budget_ns_(budget_ns) {
    for (const auto expected : expected_block_ns)
        costs_.push_back({.expected_ns = expected, .measured_ns = 0, .blocks = 0});
}

void round_budget::took(std::size_t group, std::uint64_t block_ns) {
    costs_[group].measured_ns += block_ns;
    ++costs_[group].blocks;
}

std::uint64_t round_budget::left_ns(std::uint64_t spent_ns) const noexcept {
    return budget_ns_ - std::min(budget_ns_, spent_ns);
}

std::vector<std::size_t> round_budget::give_up(std::uint64_t spent_ns,
                                               const std::vector<std::uint64_t>& blocks_left) const {
    std::uint64_t cost_ns = 0;
    for (std::size_t group = 0; group < costs_.size(); ++group)
        cost_ns += blocks_left[group] * costs_[group].of_a_block();
    std::vector<std::size_t> given_up;
    for (std::size_t group = costs_.size(); group-- > 1 && cost_ns > left_ns(spent_ns);) {
        if (blocks_left[group] == 0) continue;
        cost_ns -= blocks_left[group] * costs_[group].of_a_block();
        given_up.push_back(group);
    }
    return given_up;
}

bool round_budget::holds_a_round(std::uint64_t spent_ns, const std::vector<std::uint64_t>& blocks_left) const {
    std::uint64_t round_ns = 0;
    for (std::size_t group = 0; group < costs_.size(); ++group)
        if (blocks_left[group] > 0) round_ns += costs_[group].of_a_block();
    return round_ns <= left_ns(spent_ns);
}

} // namespace bench
