// The operations that a shard has with the kernel, by the number that their completions carry.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <new>
#include <optional>
#include <vector>

namespace spargio::detail {

class operation_wait;

/// One thread. A number names one operation and is not given to another before four thousand million others
/// have had its slot, so that a cancel that comes late finds nothing, and never the wrong one; the address of
/// an operation would be used again at once.
class operation_slots {
public:
    /// A number for an operation; none when memory is short, or when as many are open as numbers can name.
    [[nodiscard]] std::optional<std::uint64_t> open(operation_wait& operation) noexcept {
        if (free_ == none && !grow()) return std::nullopt;
        const std::uint32_t index = free_;
        entry& taken = entries_[index];
        free_ = taken.next_free;
        taken.opened_as = ++opened_;
        taken.operation = &operation;
        ++open_;
        return std::uint64_t{index} << generation_bits | taken.generation;
    }

    /// The operation of that number; null when it is not open any more.
    [[nodiscard]] operation_wait* find(std::uint64_t number) const noexcept {
        const std::uint64_t index = number >> generation_bits;
        if (index >= entries_.size()) return nullptr;
        const entry& found = entries_[index];
        return found.generation == static_cast<std::uint32_t>(number) ? found.operation : nullptr;
    }

    void close(std::uint64_t number) noexcept {
        const auto index = static_cast<std::uint32_t>(number >> generation_bits);
        entry& left = entries_[index];
        left.operation = nullptr;
        ++left.generation;
        left.next_free = free_;
        free_ = index;
        --open_;
    }

    /// Operations that are open.
    [[nodiscard]] std::size_t size() const noexcept { return open_; }

    /// Calls `visit(number, operation)` for each; it may close what it is given.
    template <class Visit>
    void for_each(Visit&& visit) {
        for (std::uint32_t index = 0; index < entries_.size(); ++index)
            if (const entry& each = entries_[index]; each.operation != nullptr)
                visit(std::uint64_t{index} << generation_bits | each.generation, *each.operation);
    }

    /// The numbers of those that are open, in the order in which they were opened. Throws std::bad_alloc.
    [[nodiscard]] std::vector<std::uint64_t> oldest_first() const {
        std::vector<std::uint64_t> found;
        found.reserve(open_);
        for (std::uint32_t index = 0; index < entries_.size(); ++index)
            if (const entry& each = entries_[index]; each.operation != nullptr)
                found.push_back(std::uint64_t{index} << generation_bits | each.generation);
        sort_by_age(found);
        return found;
    }

    /// Puts numbers in the order in which they were opened, and drops those that are not open any more.
    void put_in_order(std::vector<std::uint64_t>& numbers) const noexcept {
        std::erase_if(numbers, [this](std::uint64_t each) { return find(each) == nullptr; });
        sort_by_age(numbers);
    }

private:
    struct entry {
        operation_wait* operation = nullptr;
        std::uint32_t generation = 0;
        union {
            std::uint32_t next_free = none; // of one that is not open
            std::uint32_t opened_as;        // of one that is
        };
    };

    static constexpr unsigned generation_bits = 32;
    static constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();
    static constexpr std::size_t first_size = 64;
    static constexpr std::size_t most = std::size_t{1} << 24; // the bits of user_data that are left

    /// All of them open.
    void sort_by_age(std::vector<std::uint64_t>& numbers) const noexcept {
        for (std::uint64_t& each : numbers) {
            const auto index = static_cast<std::uint32_t>(each >> generation_bits);
            const std::uint32_t younger = opened_ - entries_[index].opened_as; // the count may have gone round
            each = std::uint64_t{younger} << generation_bits | index;
        }
        std::ranges::sort(numbers, std::greater<>());
        for (std::uint64_t& each : numbers) {
            const auto index = static_cast<std::uint32_t>(each);
            each = std::uint64_t{index} << generation_bits | entries_[index].generation;
        }
    }

    bool grow() noexcept {
        const std::size_t before = entries_.size();
        if (before == most) return false;
        try {
            entries_.resize(before == 0 ? first_size : 2 * before);
        } catch (const std::bad_alloc&) {
            return false;
        }
        for (std::size_t index = entries_.size(); index-- > before;) {
            entries_[index].next_free = free_;
            free_ = static_cast<std::uint32_t>(index);
        }
        return true;
    }

    std::vector<entry> entries_;
    std::uint32_t free_ = none;
    std::uint32_t opened_ = 0;
    std::size_t open_ = 0;
};

} // namespace spargio::detail
