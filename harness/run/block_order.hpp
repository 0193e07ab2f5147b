// In which order the arms of a block take their slices.
#pragma once

#include "harness/common/random.hpp"

#include <cstddef>
#include <vector>

namespace bench {

/// One entry a slice: the number of the arm whose turn it is. Rounds are random permutations, each followed by
/// its mirror, so that a drift that is linear over the block cancels out; two arms give ABBA or BAAB. With an
/// odd number of slices the last round has no mirror.
[[nodiscard]] std::vector<std::size_t> slice_order_of_block(std::size_t arms, std::size_t slices_per_arm,
                                                            random_source& random);

/// One entry a block: the number of the group whose turn it is. Every round holds each group once, in a random
/// order: blocks of all groups are mixed over the whole run, and a run that stops early is still balanced.
[[nodiscard]] std::vector<std::size_t> group_order_of_run(std::size_t groups, std::size_t blocks_per_group,
                                                          random_source& random);

} // namespace bench
