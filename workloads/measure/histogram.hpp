// Log-linear histogram of durations: fixed memory, 1 ns to 60 s, relative error below 1 % (W5).
//
// Below 128 ns every nanosecond has its own bucket; above, each power of two is cut into 128 equal buckets,
// so a bucket is at most 1/128 of its value wide and its middle is wrong by at most 0.4 %. The same layout as
// HdrHistogram's with a sub-bucket count of 256 (G. Tene, http://hdrhistogram.org).
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace bench {

class histogram {
public:
    static constexpr unsigned sub_bucket_bits = 7;
    static constexpr std::uint64_t sub_buckets = 1u << sub_bucket_bits;
    static constexpr std::uint64_t highest_ns = 60'000'000'000;

    /// Bucket of a duration in ns. 0 counts as 1 ns, everything above 60 s as 60 s.
    static constexpr std::size_t bucket_of(std::uint64_t ns) noexcept {
        const std::uint64_t clamped = ns > highest_ns ? highest_ns : (ns == 0 ? 1 : ns);
        const unsigned width = static_cast<unsigned>(std::bit_width(clamped));
        if (width <= sub_bucket_bits) return static_cast<std::size_t>(clamped);
        const unsigned shift = width - sub_bucket_bits - 1;
        return static_cast<std::size_t>((shift + 1) * sub_buckets + ((clamped >> shift) - sub_buckets));
    }

    /// Smallest duration, in ns, that falls into `bucket`.
    static constexpr std::uint64_t lowest_of(std::size_t bucket) noexcept {
        if (bucket < sub_buckets) return bucket;
        const std::uint64_t shift = bucket / sub_buckets - 1;
        return (sub_buckets + bucket % sub_buckets) << shift;
    }

    /// The value that stands for `bucket`: the middle of it, in ns.
    static constexpr std::uint64_t value_of(std::size_t bucket) noexcept {
        return (lowest_of(bucket) + lowest_of(bucket + 1) - (bucket < sub_buckets ? 1 : 0)) / 2;
    }

    static constexpr std::size_t bucket_count = [] {
        const unsigned width = static_cast<unsigned>(std::bit_width(highest_ns));
        return static_cast<std::size_t>((width - sub_bucket_bits) * sub_buckets + sub_buckets);
    }();

    /// Adds one duration. Not thread-safe: one histogram belongs to one thread. Cost: a few ns, no branch on
    /// the data beyond the clamp, no allocation.
    void record(std::uint64_t ns) noexcept { record(ns, 1); }

    /// Adds `count` durations of the same length.
    void record(std::uint64_t ns, std::uint64_t count) noexcept {
        if (count == 0) return;
        counts_[bucket_of(ns)] += count;
        total_ += count;
        if (ns > max_) max_ = ns;
        if (ns < min_) min_ = ns;
    }

    void merge(const histogram& other) noexcept {
        for (std::size_t i = 0; i < bucket_count; ++i) counts_[i] += other.counts_[i];
        total_ += other.total_;
        max_ = std::max(max_, other.max_);
        min_ = std::min(min_, other.min_);
    }

    void clear() noexcept { *this = histogram{}; }

    /// Duration in ns below or at which the share `quantile` (0..1) of the recorded durations lies;
    /// 0 when nothing was recorded.
    [[nodiscard]] std::uint64_t quantile(double quantile) const noexcept;

    [[nodiscard]] std::uint64_t total() const noexcept { return total_; }
    [[nodiscard]] std::uint64_t min_ns() const noexcept { return total_ ? min_ : 0; }
    [[nodiscard]] std::uint64_t max_ns() const noexcept { return max_; }
    [[nodiscard]] std::uint64_t count_in(std::size_t bucket) const noexcept { return counts_[bucket]; }

private:
    std::array<std::uint64_t, bucket_count> counts_{};
    std::uint64_t total_ = 0;
    std::uint64_t max_ = 0;
    std::uint64_t min_ = ~std::uint64_t{0};
};

} // namespace bench
