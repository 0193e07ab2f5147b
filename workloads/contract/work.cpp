#include "workloads/contract/work.hpp"

namespace bench {

std::uint64_t work(std::uint64_t seed, std::uint64_t steps) noexcept {
    std::uint64_t state = seed;
    for (std::uint64_t i = 0; i < steps; ++i) state = state * 6364136223846793005u + 1442695040888963407u;
    return mix(state);
}

} // namespace bench
