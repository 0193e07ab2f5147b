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
//   operation what a task or a stream asked for, in the shard's table of operations:
//             55            32 31                 0
//            +----------------+--------------------+      generation: how often the slot was used before, so
//            |      slot      |     generation     |      that a cancel never hits a later operation
//            +----------------+--------------------+
//   cancel    nothing: a cancel that found nothing to do
#pragma once

#include <cstdint>

namespace spargio {

enum class completion_kind : std::uint8_t {
    bell = 1,
    ringing = 2,
    wake_read = 3,
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

} // namespace spargio
