// How a runtime is set up (R1, R2): a plain struct, and the same fields as knobs that can be listed and set by
// name.
#pragma once

#include <spargio/core/errc.hpp>
#include <spargio/core/tag_set.hpp>

#include <chrono>
#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <string_view>

namespace spargio {

/// Whether to use a kernel feature.
enum class feature_use : std::uint8_t {
    off,  ///< never
    on,   ///< required: the runtime does not start without it
    best, ///< where the kernel has it
};

/// Options of a runtime. Use designated initialisers: `{.shards = 4}`. Every field has an effect; each is
/// also a knob of the same name (see knobs()).
struct runtime_options {
    unsigned shards = 0;                           ///< threads, each with a ring; 0: as many as usable CPUs
    unsigned ring_entries = 256;                   ///< submission queue entries of each ring
    unsigned cq_entries = 1024;                    ///< completion queue entries of each ring
    feature_use single_issuer = feature_use::best; ///< IORING_SETUP_SINGLE_ISSUER (kernel 6.0)
    feature_use coop_taskrun = feature_use::best;  ///< IORING_SETUP_COOP_TASKRUN (kernel 5.19)
    feature_use defer_taskrun = feature_use::best; ///< IORING_SETUP_DEFER_TASKRUN (kernel 6.1)
    /// Lets shards that go to sleep pay for the memory order of those who wake them, with membarrier(2) (kernel
    /// 4.14): sending and spawning get cheaper, falling asleep dearer. `best`: where shards spin before they
    /// sleep.
    feature_use membarrier = feature_use::best;
    unsigned lane_capacity = 4096;             ///< messages that fit between two shards
    unsigned injection_capacity = 4096;        ///< messages from outside that wait for a shard
    tag_set hot_tags{};                        ///< tags with lanes of their own, see next_hot_event()
    tag_set coalesced_hot_tags{};              ///< tags that are summed up, see next_hot_count()
    unsigned hot_counter_wake_threshold = 0;   ///< sum at which a sleeping shard is woken again; 0: none
    unsigned stealable_capacity = 4096;        ///< stealable tasks that a shard can hold ready
    unsigned steal_budget = 32;                ///< most tasks that one theft takes
    unsigned tasks_per_turn = 64;              ///< tasks run between two looks at ring and lanes
    std::chrono::microseconds spin{50};        ///< longest spin of an idle shard before it sleeps
    std::chrono::milliseconds stop_grace{100}; ///< time that tasks get to finish after stop()
};

/// One option as a knob.
struct knob {
    std::string_view name;
    std::string_view range; ///< legal values in words
    std::string_view unit;  ///< "" for plain numbers
    std::string_view help;  ///< one line
    std::string (*get)(const runtime_options&);
    bool (*set)(runtime_options&, std::string_view text); ///< false: not a legal value
};

/// Every knob, in the order of the struct. Static storage. Any thread.
[[nodiscard]] std::span<const knob> knobs() noexcept;

/// Sets one option by name; `name` may carry the prefix "spargio.". Error: names the knob and the legal values.
[[nodiscard]] std::expected<void, std::string> set_knob(runtime_options& options, std::string_view name,
                                                        std::string_view text);

/// Checks ranges and pairs, and fills in what depends on the machine (shards = 0, spin where shards outnumber
/// the CPUs). Error: names the fields and the remedy.
[[nodiscard]] std::expected<runtime_options, start_error> resolve(const runtime_options& options);

} // namespace spargio
