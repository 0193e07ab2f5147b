// Which CPUs the shards of a runtime are bound to (R15): the value of runtime_options::affinity.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

namespace spargio {

/// Nothing, one CPU after the other, or an explicit list. Trivial, so that options stay safe to write inside a
/// co_await expression (g++ 12 destroys some temporaries twice there).
class shard_affinity {
public:
    static constexpr std::size_t most_listed = 64;
    static constexpr unsigned highest_cpu = 1023; // CPU_SETSIZE - 1

    /// Not bound: the kernel's scheduler decides.
    constexpr shard_affinity() = default;

    /// Shard i on the i-th CPU that the process may use, round again where shards outnumber the CPUs.
    [[nodiscard]] static constexpr shard_affinity automatic() noexcept {
        shard_affinity made;
        made.how_ = way::automatic;
        return made;
    }

    /// From a knob's text: `none`, `auto`, or 1 to 64 CPU numbers with semicolons between them (`0;2`): shard i
    /// on the i-th, round again. Nothing for any other text. Any thread.
    [[nodiscard]] static std::optional<shard_affinity> parse(std::string_view text);

    /// As parse() takes it. Throws std::bad_alloc.
    [[nodiscard]] std::string text() const;

    /// Whether it is anything but `none`.
    [[nodiscard]] constexpr bool binds() const noexcept { return how_ != way::none; }

    /// The CPU of a shard, of the calling thread's affinity mask where automatic; -1 when not to be bound.
    [[nodiscard]] int cpu_for(std::size_t shard) const noexcept;

    friend bool operator==(const shard_affinity&, const shard_affinity&) = default;

private:
    enum class way : std::uint8_t { none, automatic, listed };

    way how_ = way::none;
    std::uint8_t count_ = 0;
    std::array<std::uint16_t, most_listed> cpus_{};
};

static_assert(std::is_trivially_copyable_v<shard_affinity> && std::is_trivially_destructible_v<shard_affinity>);

} // namespace spargio
