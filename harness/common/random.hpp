// Seeded randomness that is the same on every machine and library: orders must be repeatable from the seed.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace bench {

/// SplitMix64 (Steele, Lea, Flood 2014).
class random_source {
public:
    explicit random_source(std::uint64_t seed) noexcept : state_(seed) {}

    std::uint64_t next() noexcept;

    /// Uniform in [0, limit); limit > 0. std::uniform_int_distribution differs between libraries.
    std::uint64_t below(std::uint64_t limit) noexcept;

    template <class Value>
    void shuffle(std::vector<Value>& values) noexcept {
        for (std::size_t i = values.size(); i > 1; --i) std::swap(values[i - 1], values[below(i)]);
    }

private:
    std::uint64_t state_;
};

/// A seed for one part of a run, below 2^53 so that every JSON reader keeps it exact.
[[nodiscard]] std::uint64_t derive_seed(std::uint64_t run_seed, std::string_view part,
                                        std::uint64_t number) noexcept;

/// A seed of the kernel's randomness, below 2^31: short enough to be typed again.
[[nodiscard]] std::uint64_t fresh_seed();

} // namespace bench
