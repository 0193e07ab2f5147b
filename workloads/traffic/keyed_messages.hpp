// W35: the messages that a frame sends to the owner of a table, and the table.
//
// Each message adds itself to the counter of its key, so a message that is lost, doubled, changed or applied by
// another owner changes the checksum; the order does not matter. The owner changes as the steps go on, and all
// messages of a step are applied before the next one begins. Only the thread that the owner's worker runs on,
// or one at a time where a runtime has no such thread, touches a table.
#pragma once

#include "workloads/contract/work.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace bench {

/// Messages that are handed over at once.
struct message_batch {
    static constexpr std::size_t most = 16;

    std::uint64_t count = 0;
    std::array<std::uint64_t, most> items;

    /// A copy of at most `most`.
    [[nodiscard]] static message_batch of(std::span<const std::uint64_t> messages) noexcept {
        message_batch made;
        made.count = messages.size();
        std::ranges::copy(messages, made.items.begin());
        return made;
    }
    [[nodiscard]] std::span<const std::uint64_t> values() const noexcept {
        return std::span(items).first(count);
    }
};

/// One owner's counters.
class counter_table {
public:
    explicit counter_table(std::uint64_t keys) : counters_(keys) {}

    void reset() noexcept { std::ranges::fill(counters_, 0); }

    void apply(std::span<const std::uint64_t> messages) noexcept {
        for (const std::uint64_t message : messages) counters_[key_of(message)] += message;
    }

    [[nodiscard]] std::uint64_t checksum(std::uint64_t owner) const noexcept {
        std::uint64_t sum = 0;
        for (std::uint64_t key = 0; key < counters_.size(); ++key)
            sum += mix(counters_[key] + owner * counters_.size() + key);
        return sum;
    }

private:
    /// By the upper half, scaled: a division would cost more than the rest.
    [[nodiscard]] std::uint64_t key_of(std::uint64_t message) const noexcept {
        return (message >> 32) * counters_.size() >> 32;
    }

    std::vector<std::uint64_t> counters_;
};

/// The tables of all owners, each on cache lines of its own. None where there are no messages.
class counter_tables {
public:
    counter_tables(std::uint64_t owners, std::uint64_t keys) {
        for (std::uint64_t i = 0; i < owners; ++i) tables_.push_back(std::make_unique<kept>(keys));
    }
    [[nodiscard]] counter_table& operator[](std::size_t owner) { return tables_[owner]->table; }
    void reset() noexcept {
        for (auto& each : tables_) each->table.reset();
    }
    /// What all messages since reset() have done.
    [[nodiscard]] std::uint64_t checksum() const noexcept {
        std::uint64_t sum = 0;
        for (std::uint64_t owner = 0; owner < tables_.size(); ++owner)
            sum += tables_[owner]->table.checksum(owner);
        return sum;
    }

private:
    struct alignas(128) kept {
        explicit kept(std::uint64_t keys) : table(keys) {}
        counter_table table;
    };
    std::vector<std::unique_ptr<kept>> tables_;
};

} // namespace bench
