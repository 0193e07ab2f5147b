// Where a task runs, chosen when it is spawned (R8).
#pragma once

#include <cstdint>
#include <string_view>
#include <variant>

namespace spargio {

/// On this shard, for good. An index past the last shard ends the program.
struct pinned {
    std::uint32_t shard;
};

/// Pinned, to each shard in turn.
struct round_robin {};

/// Pinned, to the shard that the key belongs to (see shard_of_key()): equal keys share a shard, in every run
/// and on every machine with as many shards. Strings go through key_of(): `sticky{key_of("user 7")}`.
struct sticky {
    std::uint64_t key;
};

/// Anywhere: starts on the spawning shard, where its data is warm, and any idle shard may take it from there,
/// also after each suspension. Spawned from outside it starts on the shard with the shortest queue.
struct stealable {};

/// As stealable, but starts on this shard, and waits in its queue: any idle shard may take it from there once
/// that shard has looked at what arrived, which it does every turn. An index past the last shard as for pinned.
struct stealable_preferred {
    std::uint32_t shard;
};

/// Any of them. A plain value; every function that takes one has `stealable` as its default.
using placement = std::variant<stealable, pinned, round_robin, sticky, stealable_preferred>;

/// The shard of a key among `shards` (at least 1). The key's bits are mixed (the finaliser of SplitMix64:
/// Steele, Lea and Flood, OOPSLA 2014, in the constants of Stafford's Mix13) and then spread by jump consistent
/// hashing (Lamping and Veach, arXiv:1406.2294): with one shard more, only one key in that many moves. Any
/// thread. Cost: about ln(shards) divisions.
[[nodiscard]] constexpr std::uint32_t shard_of_key(std::uint64_t key, std::uint32_t shards) noexcept {
    key = (key ^ (key >> 30)) * 0xbf58476d1ce4e5b9u;
    key = (key ^ (key >> 27)) * 0x94d049bb133111ebu;
    std::uint64_t state = key ^ (key >> 31);
    // Where the key would jump to as shards are added one by one, skipping all in between; the last jump that
    // lands inside is its place.
    std::uint64_t place = 0;
    for (std::uint64_t jump = 0; jump < shards;) {
        place = jump;
        state = state * 2862933555777941757u + 1;
        const auto draw = static_cast<double>((state >> 33) + 1) / static_cast<double>(std::uint64_t{1} << 31);
        jump = static_cast<std::uint64_t>(static_cast<double>(place + 1) / draw);
    }
    return static_cast<std::uint32_t>(place);
}

/// A key from text, the same everywhere: 64-bit FNV-1a (draft-eastlake-fnv). It does not withstand an
/// adversary that chooses the text so as to crowd a shard. Any thread. Cost: about a ns for each byte.
[[nodiscard]] constexpr std::uint64_t key_of(std::string_view text) noexcept {
    std::uint64_t hash = 0xcbf29ce484222325u;
    for (const char each : text) hash = (hash ^ static_cast<unsigned char>(each)) * 0x100000001b3u;
    return hash;
}

} // namespace spargio
