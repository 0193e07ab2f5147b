#include "harness/run/block_order.hpp"

#include <numeric>
#include <ranges>

namespace bench {
namespace {

std::vector<std::size_t> random_permutation(std::size_t count, random_source& random) {
    std::vector<std::size_t> numbers(count);
    std::iota(numbers.begin(), numbers.end(), std::size_t{0});
    random.shuffle(numbers);
    return numbers;
}

} // namespace

std::vector<std::size_t> slice_order_of_block(std::size_t arms, std::size_t slices_per_arm,
                                              random_source& random) {
    std::vector<std::size_t> order;
    for (std::size_t slice = 0; slice < slices_per_arm; slice += 2) {
        const auto round = random_permutation(arms, random);
        order.insert(order.end(), round.begin(), round.end());
        if (slice + 1 < slices_per_arm) order.insert(order.end(), round.rbegin(), round.rend());
    }
    return order;
}

std::vector<std::size_t> group_order_of_run(std::size_t groups, std::size_t blocks_per_group,
                                            random_source& random) {
    std::vector<std::size_t> order;
    for (std::size_t round = 0; round < blocks_per_group; ++round)
        for (const auto group : random_permutation(groups, random)) order.push_back(group);
    return order;
}

} // namespace bench
