// The work that every backend does alike: the steps of a branch and the mixing of a message.
//
// Both are one chain of dependent operations, so neither compiler nor CPU can do it in parallel or leave it
// out: the result goes into the checksum.
#pragma once

#include <cstdint>

namespace bench {

/// Finaliser of MurmurHash3 / SplitMix64 (Steele, Lea, Flood 2014, "Fast splittable pseudorandom number
/// generators"): what the answering side of a message does with it. About 2 ns.
[[nodiscard]] constexpr std::uint64_t mix(std::uint64_t value) noexcept {
    value ^= value >> 30;
    value *= 0xbf58476d1ce4e5b9u;
    value ^= value >> 27;
    value *= 0x94d049bb133111ebu;
    return value ^ (value >> 31);
}

/// `steps` dependent multiply-adds (Knuth's MMIX constants), about 1.3 ns each on a 3 GHz CPU. Defined in
/// work.cpp and so compiled once: every backend runs the same instructions.
[[nodiscard]] std::uint64_t work(std::uint64_t seed, std::uint64_t steps) noexcept;

} // namespace bench
