// How a run that has a time budget spends it: in whole rounds, so that every case gets as many blocks as the
// next.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace bench {

/// What the rest of a run costs, group by group, and which groups it has to do without. A gate wants all the
/// blocks of its case, so a run that is short of time measures fewer groups rather than each of them too
/// little. The last groups of the plan go first; the first one stays.
class round_budget {
public:
    /// expected_block_ns: what a block of each group should take.
    round_budget(std::uint64_t budget_ns, std::vector<std::uint64_t> expected_block_ns);

    /// What a block of this group took; from the first one on this is what the next is expected to take.
    void took(std::size_t group, std::uint64_t block_ns);

    /// The groups that are given up now, so that those which remain get the blocks that they lack before the
    /// budget ends. blocks_left: of each group; 0 for one that measures no more.
    [[nodiscard]] std::vector<std::size_t> give_up(std::uint64_t spent_ns,
                                                   const std::vector<std::uint64_t>& blocks_left) const;

    /// Whether a block of each group that has blocks left ends within the budget.
    [[nodiscard]] bool holds_a_round(std::uint64_t spent_ns,
                                     const std::vector<std::uint64_t>& blocks_left) const;

private:
    struct group_cost {
        std::uint64_t expected_ns = 0;
        std::uint64_t measured_ns = 0;
        std::uint64_t blocks = 0;
        [[nodiscard]] std::uint64_t of_a_block() const noexcept {
            return blocks == 0 ? expected_ns : measured_ns / blocks;
        }
    };

    [[nodiscard]] std::uint64_t left_ns(std::uint64_t spent_ns) const noexcept;

    std::uint64_t budget_ns_;
    std::vector<group_cost> costs_;
};

} // namespace bench
