// How a runtime is set up (R1, R2): a plain struct, and the same fields as knobs that can be listed and set by
// name.
#pragma once

#include <spargio/core/errc.hpp>
#include <spargio/core/shard_affinity.hpp>
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

/// A set of options for one purpose.
enum class option_preset : std::uint8_t {
    none,
    latency,    ///< answers soon: long spins, short turns
    throughput, ///< much at a time: short spins, long turns, large queues and thefts
};

/// Options of a runtime. Use designated initialisers: `{.shards = 4}`. Every field has an effect; each is
/// also a knob of the same name, which names its legal values (see knobs()). Numbers that must be powers of two
/// are rounded up. A plain value: the runtime keeps a copy.
struct runtime_options {
    option_preset preset = option_preset::none;    ///< fills fields that have their default, see with_preset()
    unsigned shards = 0;                           ///< threads, each with a ring; 0: as many as usable CPUs
    unsigned ring_entries = 256;                   ///< submission queue entries of each ring
    unsigned cq_entries = 1024;                    ///< completion queue entries of each ring
    feature_use single_issuer = feature_use::best; ///< IORING_SETUP_SINGLE_ISSUER (kernel 6.0)
    feature_use coop_taskrun = feature_use::best;  ///< IORING_SETUP_COOP_TASKRUN (kernel 5.19)
    feature_use defer_taskrun = feature_use::best; ///< IORING_SETUP_DEFER_TASKRUN (kernel 6.1)
    /// Lets shards that go to sleep pay for the memory order of the threads that wake them, with membarrier(2)
    /// (kernel 4.14): sending and spawning get cheaper, falling asleep dearer. `best`: where shards spin before
    /// they sleep.
    feature_use membarrier = feature_use::best;
    /// IORING_SETUP_SQPOLL: a kernel thread for each ring takes submissions up, without a system call of the
    /// shard while it is awake. Excludes defer_taskrun and coop_taskrun, which give way when they are `best`.
    feature_use sqpoll = feature_use::off;
    std::chrono::milliseconds sqpoll_idle{1000}; ///< how long that thread spins before it sleeps
    int sqpoll_cpu = -1;                         ///< the CPU that it is bound to; -1: any
    shard_affinity affinity{};                   ///< CPUs that the shards are bound to
    unsigned lane_capacity = 4096;               ///< messages that fit between two shards
    unsigned injection_capacity = 4096;          ///< messages from outside that wait for a shard
    tag_set hot_tags{};                          ///< tags with lanes of their own, see next_hot_event()
    tag_set coalesced_hot_tags{};                ///< tags that are summed up, see next_hot_count()
    unsigned hot_counter_wake_threshold = 0;     ///< sum at which a sleeping shard is woken again; 0: none
    unsigned receive_buffers = 128;              ///< buffers of each shard for streams that receive
    unsigned receive_buffer_bytes = 8192;        ///< bytes of each of them
    /// IORING_RECVSEND_BUNDLE (kernel 6.10; `best` takes it from 6.15 on, see decision 0027): one completion
    /// may fill several of the buffers.
    feature_use receive_bundles = feature_use::best;
    unsigned registered_buffers = 64;   ///< places of each shard for registered buffers; 0: none
    unsigned registered_files = 64;     ///< and for registered files and sockets; 0: none
    unsigned operations = 65536;        ///< most operations that a shard has with the kernel
    unsigned stealable_capacity = 4096; ///< stealable tasks that a shard can hold ready
    unsigned steal_budget = 32;         ///< most tasks that one theft takes
    unsigned tasks_per_turn = 64;       ///< tasks run between two looks at ring and lanes, at most
    std::chrono::microseconds spin{50}; ///< longest spin of an idle shard before it sleeps
    /// Spins also where the last idlings were ended by what came over sockets, and an operation is in flight;
    /// otherwise such a shard sleeps at once: the kernel itself wakes it, and the peer may want the CPU.
    bool spin_for_io = false;
    std::chrono::milliseconds stop_grace{100}; ///< time that tasks get to finish after stop()
    /// How much longer a stop waits for a shard that neither comes back from a task nor ends its requests.
    std::chrono::milliseconds stop_patience{1000};
    /// Threads of the kernel that a shard has at most for what would block on files, as creating, renaming,
    /// syncing, and for opening anything (IORING_REGISTER_IOWQ_MAX_WORKERS, kernel 5.15); 0: as the kernel
    /// likes, the smaller of ring_entries and 4 times the CPUs. What waits in one of them holds it.
    unsigned kernel_workers = 0;
    /// And for what would block on anything else, as splicing out of pipes; 0: as the kernel likes, as many as
    /// RLIMIT_NPROC allows.
    unsigned kernel_waiters = 0;
    unsigned blocking_threads = 64;                  ///< most threads of spawn_blocking()
    unsigned blocking_queue = 1024;                  ///< functions that may wait for such a thread
    std::chrono::milliseconds blocking_idle{10'000}; ///< how long such a thread without work is kept
};

/// One option as a knob.
struct knob {
    std::string_view name;
    std::string_view range;                               ///< legal values in words
    std::string_view unit;                                ///< "" for plain numbers
    std::string_view help;                                ///< one line
    std::string (*get)(const runtime_options&);           ///< as text that `set` takes; throws std::bad_alloc
    bool (*set)(runtime_options&, std::string_view text); ///< false: not a legal value, and nothing is changed
};

/// Every knob, in the order of the struct. Static storage. Any thread.
[[nodiscard]] std::span<const knob> knobs() noexcept;

/// Sets one option by name; `name` may carry the prefix "spargio.". The text is read in the knob's unit,
/// without it: `set_knob(options, "spin", "20")` is 20 us. Error: names the knob and the legal values, and
/// nothing is changed. Pairs are checked by resolve(). Any thread; throws std::bad_alloc.
[[nodiscard]] std::expected<void, std::string> set_knob(runtime_options& options, std::string_view name,
                                                        std::string_view text);

/// The options with their preset filled in: fields that have their default get the preset's value, others stay.
/// A field that was set to its default by hand can't be told from one that was not set. Any thread.
[[nodiscard]] runtime_options with_preset(const runtime_options& options) noexcept;

/// Checks ranges and pairs, and fills in the preset and what depends on the machine (shards = 0, spin where
/// shards outnumber the CPUs). Error: always `invalid_options`, with a message that names the fields and the
/// remedy. runtime::start() does this by itself. Any thread; throws std::bad_alloc. Cost: reads the affinity
/// mask and the files of the cgroup's CPU quota, some system calls.
[[nodiscard]] std::expected<runtime_options, start_error> resolve(const runtime_options& options);

} // namespace spargio
