#include "harness/common/random.hpp"

#include "workloads/contract/work.hpp"

#include <random>

namespace bench {

std::uint64_t random_source::next() noexcept {
    state_ += 0x9e3779b97f4a7c15u;
    return mix(state_);
}

std::uint64_t random_source::below(std::uint64_t limit) noexcept {
    // Rejection of the last, incomplete cycle keeps it uniform.
    const std::uint64_t cycles_end = ~std::uint64_t{0} - ~std::uint64_t{0} % limit;
    std::uint64_t value = next();
    while (value >= cycles_end) value = next();
    return value % limit;
}

std::uint64_t derive_seed(std::uint64_t run_seed, std::string_view part, std::uint64_t number) noexcept {
    std::uint64_t state = mix(run_seed + 0x9e3779b97f4a7c15u);
    for (const char c : part) state = mix(state ^ static_cast<unsigned char>(c));
    return mix(state + number) >> 11;
}

std::uint64_t fresh_seed() {
    std::random_device device;
    return device() >> 1;
}

} // namespace bench
