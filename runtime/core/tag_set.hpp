// A small set of message tags: which tags an option singles out (R21, R22).
#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

namespace spargio {

/// Up to `most` tags, sorted, each once. A plain value without any allocation, so that options stay trivially
/// copyable.
class tag_set {
public:
    static constexpr std::size_t most = 32;

    constexpr tag_set() noexcept = default;
    /// Throws std::length_error for more than `most` different tags.
    constexpr tag_set(std::initializer_list<std::uint32_t> tags) {
        for (const std::uint32_t tag : tags)
            if (!insert(tag)) throw std::length_error("a tag_set holds at most 32 tags");
    }

    /// Adds a tag; false when it is full. A tag that is there already stays.
    [[nodiscard]] constexpr bool insert(std::uint32_t tag) noexcept {
        if (contains(tag)) return true;
        if (count_ == most) return false;
        std::size_t at = count_++;
        for (; at != 0 && tags_[at - 1] > tag; --at) tags_[at] = tags_[at - 1];
        tags_[at] = tag;
        filter_ |= bit_of(tag);
        return true;
    }

    /// Cost for a tag that is not in: one test, for 63 in 64 tags and sets of one.
    [[nodiscard]] constexpr bool contains(std::uint32_t tag) const noexcept {
        return (filter_ & bit_of(tag)) != 0 && index_of(tag).has_value();
    }

    /// The place of a tag in the set, in ascending order.
    [[nodiscard]] constexpr std::optional<std::size_t> index_of(std::uint32_t tag) const noexcept {
        const auto all = tags();
        const auto at = std::ranges::lower_bound(all, tag);
        if (at == all.end() || *at != tag) return std::nullopt;
        return static_cast<std::size_t>(at - all.begin());
    }

    [[nodiscard]] constexpr std::span<const std::uint32_t> tags() const noexcept {
        return {tags_.data(), count_};
    }
    [[nodiscard]] constexpr std::size_t size() const noexcept { return count_; }
    [[nodiscard]] constexpr bool empty() const noexcept { return count_ == 0; }

    /// "3;7;9". Throws std::bad_alloc.
    [[nodiscard]] std::string text() const {
        std::string all;
        for (const std::uint32_t tag : tags()) all += (all.empty() ? "" : ";") + std::to_string(tag);
        return all;
    }
    /// The reverse of text(); nothing when it is no list of numbers, or has too many. "" is the empty set.
    [[nodiscard]] static std::optional<tag_set> parse(std::string_view text) noexcept {
        tag_set all;
        const char* at = text.data();
        const char* const end = at + text.size();
        if (at == end) return all;
        for (;;) {
            std::uint32_t tag = 0;
            const auto [after, error] = std::from_chars(at, end, tag);
            if (error != std::errc{} || !all.insert(tag)) return std::nullopt;
            if (after == end) return all;
            if (*after != ';') return std::nullopt;
            at = after + 1;
        }
    }

    friend constexpr bool operator==(const tag_set& left, const tag_set& right) noexcept {
        return std::ranges::equal(left.tags(), right.tags());
    }

private:
    [[nodiscard]] static constexpr std::uint64_t bit_of(std::uint32_t tag) noexcept {
        return std::uint64_t{1} << (tag % 64);
    }

    std::array<std::uint32_t, most> tags_{};
    std::uint32_t count_ = 0;
    std::uint64_t filter_ = 0; // a bit for each tag modulo 64
};

} // namespace spargio
