// The one place that knows how a completion's 64 user_data bits are used.
//
//    63      56 55                                            0
//   +----------+----------------------------------------------+
//   |   kind   |                    payload                   |
//   +----------+----------------------------------------------+
//
//   kind      payload
//   bell      sent:     index of the shard whose bell was rung (an error comes back with it)
//   ringing   received: nothing; look in your lanes
//   wake_read nothing: the read of the wake eventfd came back
//   direct    received: a whole message, with 32 bits more in the result (see direct_message)
//   returned  sent:     a direct message that the kernel refused: index of the target << 6 | slot
//   operation what a task or a stream asked for, in the shard's table of operations:
//             55            32 31                 0
//            +----------------+--------------------+      generation: how often the slot was used before, so
//            |      slot      |     generation     |      that a cancel never hits a later operation
//            +----------------+--------------------+
//   cancel    nothing: a cancel that found nothing to do
#pragma once

#include <spargio/core/message.hpp>
#include <spargio/detail/lanes/direct_link.hpp>

#include <bit>
#include <cstdint>

namespace spargio::detail {

enum class completion_kind : std::uint8_t {
    bell = 1,
    ringing = 2,
    wake_read = 3,
    direct = 4,
    returned = 5,
    operation = 16,
    cancel = 17,
};

struct user_data {
    static constexpr unsigned kind_shift = 56;
    static constexpr std::uint64_t payload_mask = (std::uint64_t{1} << kind_shift) - 1;

    completion_kind kind;
    std::uint64_t payload;

    [[nodiscard]] constexpr std::uint64_t packed() const noexcept {
        return std::uint64_t{static_cast<std::uint8_t>(kind)} << kind_shift | (payload & payload_mask);
    }
    [[nodiscard]] static constexpr user_data unpack(std::uint64_t bits) noexcept {
        return {static_cast<completion_kind>(bits >> kind_shift), bits & payload_mask};
    }
};

static_assert(user_data::unpack(user_data{completion_kind::bell, 7}.packed()).payload == 7);
static_assert(user_data::unpack(user_data{completion_kind::bell, 7}.packed()).kind == completion_kind::bell);
static_assert(user_data{completion_kind::wake_read, ~std::uint64_t{0}}.packed() >> user_data::kind_shift == 3);

/// A message that rides in a completion (R19):
///
///    payload   55     46 45  40 39     24 23          0      result 31         0
///             +---------+------+---------+-------------+            +-----------+
///             | source  | slot |   tag   |  value 55-32|            | value 31-0|
///             +---------+------+---------+-------------+            +-----------+
struct direct_message {
    std::uint32_t source; ///< index of the sending shard
    std::uint32_t slot;   ///< see direct_link
    message carried;

    static constexpr unsigned source_bits = 10;
    static constexpr unsigned slot_bits = 6;
    static constexpr unsigned high_bits = direct_limits::value_bits - 32;

    [[nodiscard]] constexpr std::uint64_t payload() const noexcept {
        const std::uint64_t place = std::uint64_t{source} << slot_bits | slot;
        return (place << direct_limits::tag_bits | carried.tag) << high_bits | carried.value >> 32;
    }
    [[nodiscard]] constexpr std::int32_t result() const noexcept {
        return std::bit_cast<std::int32_t>(static_cast<std::uint32_t>(carried.value));
    }
    [[nodiscard]] static constexpr direct_message unpack(std::uint64_t payload, std::int32_t result) noexcept {
        const auto bits = [payload](unsigned from, unsigned count) {
            return static_cast<std::uint32_t>(payload >> from) & ((std::uint32_t{1} << count) - 1);
        };
        const std::uint64_t high = bits(0, high_bits);
        return {bits(high_bits + direct_limits::tag_bits + slot_bits, source_bits),
                bits(high_bits + direct_limits::tag_bits, slot_bits),
                {bits(high_bits, direct_limits::tag_bits), high << 32 | std::bit_cast<std::uint32_t>(result)}};
    }
};

static_assert(direct_message::source_bits + direct_message::slot_bits + direct_limits::tag_bits +
                  direct_message::high_bits ==
              user_data::kind_shift);
static_assert(1U << direct_message::slot_bits == direct_limits::most_outstanding);

} // namespace spargio::detail
