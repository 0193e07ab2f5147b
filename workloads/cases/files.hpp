// W20–W23: reading and writing files, and their names.
//
// Block b of the file that is read holds words that follow from b alone, and the seed chooses the blocks; so
// the sum is right only if the right bytes came. What is written carries a mark that follows from the seed, and
// is looked at in the file itself afterwards, through a mapping that costs no system call.
#pragma once

#include "workloads/contract/work.hpp"
#include "workloads/contract/workload.hpp"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>

namespace bench {

/// The shape of a slice of reads or writes, read from the parameters once.
struct file_shape {
    std::uint64_t count; ///< operations in one iteration
    std::size_t bytes;   ///< of one operation
    std::uint64_t depth; ///< most that are under way at a time
    std::uint64_t blocks;
    std::size_t workers;
    bool writes;
    bool direct; ///< past the page cache

    /// Reads or writes by what is declared: `writes` only where there are any, `depth` only where there is more
    /// than one at a time.
    static file_shape read(const parameters& values);

    [[nodiscard]] std::uint64_t file_bytes() const noexcept { return blocks * bytes; }
    /// Most that one worker has under way; the workers share the depth.
    [[nodiscard]] std::uint64_t depth_of_worker() const noexcept { return (depth + workers - 1) / workers; }

    /// Where operation `number` reads: anywhere in the file.
    [[nodiscard]] std::uint64_t read_offset(std::uint64_t number) const noexcept {
        return mix(number) % blocks * bytes;
    }
    /// Where operation `number` of an iteration writes: one block after the other.
    [[nodiscard]] std::uint64_t write_offset(std::uint64_t number) const noexcept {
        return number % blocks * bytes;
    }
};

/// Word `index` of the file that is read.
[[nodiscard]] constexpr std::uint64_t file_word(std::uint64_t index) noexcept {
    return mix(index ^ 0x5bd1e995u);
}

/// What a block contributes to the checksum: its first, middle and last word, wherever it stands.
[[nodiscard]] inline std::uint64_t block_sum(std::span<const std::byte> block) noexcept {
    const auto word_at = [&](std::size_t index) {
        std::uint64_t word = 0;
        std::memcpy(&word, block.data() + index * sizeof word, sizeof word);
        return word;
    };
    const std::size_t words = block.size() / sizeof(std::uint64_t);
    return word_at(0) + std::rotl(word_at(words / 2), 7) + std::rotl(word_at(words - 1), 13);
}

/// The mark of write `number`, at both ends of its block.
inline void mark_block(std::span<std::byte> block, std::uint64_t number) noexcept {
    const std::uint64_t first = mix(number);
    const std::uint64_t last = ~first;
    std::memcpy(block.data(), &first, sizeof first);
    std::memcpy(block.data() + block.size() - sizeof last, &last, sizeof last);
}
/// The first half of the mark; 0 when the halves don't belong together.
[[nodiscard]] inline std::uint64_t mark_of(std::span<const std::byte> block) noexcept {
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    std::memcpy(&first, block.data(), sizeof first);
    std::memcpy(&last, block.data() + block.size() - sizeof last, sizeof last);
    return last == ~first ? first : 0;
}

/// metadata_storm: each file is made, written, renamed, asked for its size, and removed.
struct storm_shape {
    std::uint64_t files;
    std::uint64_t depth; ///< files under way at a time
    std::size_t workers;

    static storm_shape read(const parameters& values);

    static constexpr std::size_t most_bytes = 256;
    /// How long file `number` is.
    [[nodiscard]] static std::size_t bytes_of(std::uint64_t number) noexcept {
        return 64 + mix(number) % (most_bytes - 64);
    }
    /// What file `number` contributes, when it turned out to be `size` bytes long.
    [[nodiscard]] static std::uint64_t sum_of(std::uint64_t number, std::uint64_t size) noexcept {
        return mix(number + size);
    }
};

[[nodiscard]] std::vector<workload> fs_workloads();

} // namespace bench
