// W36: when the frames of many tenants come, in bursts, and most of them to few tenants.
//
// Time is counted in rounds, which all tenants begin together: only so is a gap one in which the others move
// on, for every backend alike, and no clock decides how much work there is. A tenant is on for some rounds,
// then off for some, both drawn at random (the classical model of bursty traffic: Willinger, Taqqu, Sherman,
// Wilson, "Self-similarity through high-variability", SIGCOMM 1995, though with bounded lengths), and its
// frames are spread over its rounds on. How many frames each has follows Zipf's law. Drawn from a parameter and
// not from a slice's seed, so that all slices do the same work.
#pragma once

#include <cstdint>
#include <vector>

namespace bench {

struct burst_options {
    std::uint64_t tenants;
    std::uint64_t rounds;
    std::uint64_t frames;      ///< of all tenants together, exactly
    std::uint64_t burst;       ///< rounds that a tenant is on, at most
    std::uint64_t gap;         ///< rounds that it is then off, at most
    std::uint64_t skew_tenths; ///< of Zipf's law: 11 for an exponent of 1.1; 0: all alike
    std::uint64_t pattern;     ///< another number, other draws
};

/// Frames of each tenant in each round: tenant t of round r at r * tenants + t. The same on every machine:
/// draws are integers, and of floating point only what IEEE 754 rounds exactly is used.
[[nodiscard]] std::vector<std::uint64_t> plan_bursts(const burst_options& options);

} // namespace bench
