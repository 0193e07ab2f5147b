#include <spargio/core/options.hpp>

#include <spargio/detail/machine/process_barrier.hpp>
#include <spargio/detail/machine/usable_cpus.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <optional>
#include <type_traits>
#include <utility>

namespace spargio {
namespace {

constexpr unsigned most_shards = 1024;
constexpr unsigned most_ring_entries = 32'768;       // IORING_MAX_ENTRIES
constexpr unsigned most_cq_entries = 65'536;         // IORING_MAX_CQ_ENTRIES
constexpr unsigned most_queue_entries = 1u << 20;    // 16 MiB of messages a lane
constexpr unsigned most_operations = 1U << 24;       // what their numbers in completions have room for
constexpr unsigned most_registered_buffers = 16'384; // io_uring_register(2)
constexpr unsigned most_registered_files = 32'768;   // the same before kernel 5.13
constexpr unsigned most_receive_buffers = 32'768;    // io_uring_register_buf_ring(3)
constexpr std::int64_t longest_spin_us = 1'000'000;
constexpr std::int64_t longest_grace_ms = 60'000;
constexpr std::int64_t longest_patience_ms = 600'000;
constexpr std::int64_t longest_idle_ms = 3'600'000;
constexpr unsigned most_kernel_threads = 4096;
constexpr unsigned most_blocking_threads = 4096;

std::optional<std::int64_t> number(std::string_view text) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

template <unsigned runtime_options::*Field, unsigned Least, unsigned Most>
bool set_count(runtime_options& options, std::string_view text) {
    const auto value = number(text);
    if (!value || *value < Least || *value > Most) return false;
    options.*Field = static_cast<unsigned>(*value);
    return true;
}

template <unsigned runtime_options::*Field>
std::string get_count(const runtime_options& options) {
    return std::to_string(options.*Field);
}

constexpr std::array<std::string_view, 3> feature_words{"off", "on", "best"};

template <feature_use runtime_options::*Field>
bool set_feature(runtime_options& options, std::string_view text) {
    const auto word = std::ranges::find(feature_words, text);
    if (word == feature_words.end()) return false;
    options.*Field = static_cast<feature_use>(word - feature_words.begin());
    return true;
}

template <feature_use runtime_options::*Field>
std::string get_feature(const runtime_options& options) {
    return std::string(feature_words[static_cast<std::size_t>(options.*Field)]);
}

template <auto Field, std::int64_t Most>
bool set_time(runtime_options& options, std::string_view text) {
    const auto value = number(text);
    if (!value || *value < 0 || *value > Most) return false;
    options.*Field = std::remove_reference_t<decltype(options.*Field)>(*value);
    return true;
}

template <auto Field>
std::string get_time(const runtime_options& options) {
    return std::to_string((options.*Field).count());
}

template <bool runtime_options::*Field>
bool set_switch(runtime_options& options, std::string_view text) {
    if (text != "on" && text != "off") return false;
    options.*Field = text == "on";
    return true;
}

template <bool runtime_options::*Field>
std::string get_switch(const runtime_options& options) {
    return options.*Field ? "on" : "off";
}

template <tag_set runtime_options::*Field>
bool set_tags(runtime_options& options, std::string_view text) {
    const auto tags = tag_set::parse(text);
    if (tags) options.*Field = *tags;
    return tags.has_value();
}

template <tag_set runtime_options::*Field>
std::string get_tags(const runtime_options& options) {
    return (options.*Field).text();
}

constexpr std::string_view tags_in_words = "up to 32 tags from 0 to 4294967295, as in 3;7;9, or nothing";

constexpr std::array<std::string_view, 3> preset_words{"none", "latency", "throughput"};

bool set_preset(runtime_options& options, std::string_view text) {
    const auto word = std::ranges::find(preset_words, text);
    if (word == preset_words.end()) return false;
    options.preset = static_cast<option_preset>(word - preset_words.begin());
    return true;
}

std::string get_preset(const runtime_options& options) {
    return std::string(preset_words[static_cast<std::size_t>(options.preset)]);
}

bool set_sqpoll_cpu(runtime_options& options, std::string_view text) {
    const auto value = text == "any" ? -1 : number(text);
    if (!value || *value > shard_affinity::highest_cpu || (*value < 0 && text != "any")) return false;
    options.sqpoll_cpu = static_cast<int>(*value);
    return true;
}

std::string get_sqpoll_cpu(const runtime_options& options) {
    return options.sqpoll_cpu == -1 ? "any" : std::to_string(options.sqpoll_cpu);
}

bool set_affinity(runtime_options& options, std::string_view text) {
    const auto read = shard_affinity::parse(text);
    if (read) options.affinity = *read;
    return read.has_value();
}

std::string get_affinity(const runtime_options& options) { return options.affinity.text(); }

using o = runtime_options;

constexpr std::array<knob, 35> all_knobs{{
    {"preset", "none, latency, throughput", "", "fills the fields that have their default", get_preset,
     set_preset},
    {"shards", "0 to 1024", "", "threads, each with a ring; 0: one for each usable CPU", get_count<&o::shards>,
     set_count<&o::shards, 0, most_shards>},
    {"ring_entries", "8 to 32768", "", "submission queue entries of each ring", get_count<&o::ring_entries>,
     set_count<&o::ring_entries, 8, most_ring_entries>},
    {"cq_entries", "8 to 65536", "", "completion queue entries of each ring; at least ring_entries",
     get_count<&o::cq_entries>, set_count<&o::cq_entries, 8, most_cq_entries>},
    {"single_issuer", "off, on, best", "", "IORING_SETUP_SINGLE_ISSUER", get_feature<&o::single_issuer>,
     set_feature<&o::single_issuer>},
    {"coop_taskrun", "off, on, best", "", "IORING_SETUP_COOP_TASKRUN", get_feature<&o::coop_taskrun>,
     set_feature<&o::coop_taskrun>},
    {"defer_taskrun", "off, on, best", "", "IORING_SETUP_DEFER_TASKRUN; needs single_issuer",
     get_feature<&o::defer_taskrun>, set_feature<&o::defer_taskrun>},
    {"membarrier", "off, on, best", "",
     "sleepers pay for the memory order of wakers, by membarrier(2); best: where spin is not 0",
     get_feature<&o::membarrier>, set_feature<&o::membarrier>},
    {"sqpoll", "off, on, best", "", "IORING_SETUP_SQPOLL; excludes defer_taskrun and coop_taskrun",
     get_feature<&o::sqpoll>, set_feature<&o::sqpoll>},
    {"sqpoll_idle", "0 to 3600000", "ms", "how long the kernel thread of sqpoll spins before it sleeps; 0: 1 s",
     get_time<&o::sqpoll_idle>, set_time<&o::sqpoll_idle, longest_idle_ms>},
    {"sqpoll_cpu", "any, 0 to 1023", "", "CPU that the kernel thread of sqpoll is bound to", get_sqpoll_cpu,
     set_sqpoll_cpu},
    {"affinity", "none, auto, CPUs such as 0;2", "", "CPUs that the shards are bound to, best effort",
     get_affinity, set_affinity},
    {"lane_capacity", "1 to 1048576", "messages", "messages that fit between two shards; a power of two",
     get_count<&o::lane_capacity>, set_count<&o::lane_capacity, 1, most_queue_entries>},
    {"injection_capacity", "1 to 1048576", "messages",
     "messages from outside that wait for a shard; a power of two", get_count<&o::injection_capacity>,
     set_count<&o::injection_capacity, 1, most_queue_entries>},
    {"hot_tags", tags_in_words, "", "tags whose messages travel on lanes of their own", get_tags<&o::hot_tags>,
     set_tags<&o::hot_tags>},
    {"coalesced_hot_tags", tags_in_words, "",
     "tags whose values are summed up instead of queued; not in hot_tags", get_tags<&o::coalesced_hot_tags>,
     set_tags<&o::coalesced_hot_tags>},
    {"hot_counter_wake_threshold", "0 to 4294967295", "",
     "sum at which a sleeping shard is woken once more; 0: only where a sum begins",
     get_count<&o::hot_counter_wake_threshold>, set_count<&o::hot_counter_wake_threshold, 0, ~0u>},
    {"receive_buffers", "2 to 32768", "buffers",
     "buffers of each shard for streams that receive; a power of two", get_count<&o::receive_buffers>,
     set_count<&o::receive_buffers, 2, most_receive_buffers>},
    {"receive_buffer_bytes", "64 to 1048576", "bytes", "size of each of them",
     get_count<&o::receive_buffer_bytes>, set_count<&o::receive_buffer_bytes, 64, 1u << 20>},
    {"receive_bundles", "off, on, best", "",
     "IORING_RECVSEND_BUNDLE: one completion may fill several of them; best: from kernel 6.15 on",
     get_feature<&o::receive_bundles>, set_feature<&o::receive_bundles>},
    {"registered_buffers", "0 to 16384", "buffers",
     "places of each shard for registered buffers; those beyond are plain ones",
     get_count<&o::registered_buffers>, set_count<&o::registered_buffers, 0, most_registered_buffers>},
    {"registered_files", "0 to 32768", "files",
     "places of each shard for registered files and sockets; those beyond are plain ones",
     get_count<&o::registered_files>, set_count<&o::registered_files, 0, most_registered_files>},
    {"operations", "1 to 16777216", "operations",
     "most operations that a shard has with the kernel at a time; more are refused as overloaded",
     get_count<&o::operations>, set_count<&o::operations, 1, most_operations>},
    {"stealable_capacity", "1 to 1048576", "tasks",
     "stealable tasks that a shard can hold ready; a power of two", get_count<&o::stealable_capacity>,
     set_count<&o::stealable_capacity, 1, most_queue_entries>},
    {"steal_budget", "0 to 1048576", "tasks", "most tasks that one theft takes; 0 forbids stealing",
     get_count<&o::steal_budget>, set_count<&o::steal_budget, 0, most_queue_entries>},
    {"tasks_per_turn", "1 to 1048576", "tasks", "tasks run between two looks at ring and lanes",
     get_count<&o::tasks_per_turn>, set_count<&o::tasks_per_turn, 1, most_queue_entries>},
    {"spin", "0 to 1000000", "us", "longest spin of an idle shard before it sleeps; 0 sleeps at once",
     get_time<&o::spin>, set_time<&o::spin, longest_spin_us>},
    {"spin_for_io", "off, on", "", "spins also where it waits for peers, over sockets",
     get_switch<&o::spin_for_io>, set_switch<&o::spin_for_io>},
    {"stop_grace", "0 to 60000", "ms", "time that tasks get to finish after stop()", get_time<&o::stop_grace>,
     set_time<&o::stop_grace, longest_grace_ms>},
    {"stop_patience", "0 to 600000", "ms",
     "how much longer a stop waits for a shard that does not come back from a task, before it is left behind",
     get_time<&o::stop_patience>, set_time<&o::stop_patience, longest_patience_ms>},
    {"kernel_workers", "0 to 4096", "threads",
     "most threads of the kernel for a shard's work on files; 0: as the kernel likes",
     get_count<&o::kernel_workers>, set_count<&o::kernel_workers, 0, most_kernel_threads>},
    {"kernel_waiters", "0 to 4096", "threads",
     "most threads of the kernel for a shard's work on anything else; 0: as the kernel likes",
     get_count<&o::kernel_waiters>, set_count<&o::kernel_waiters, 0, most_kernel_threads>},
    {"blocking_threads", "1 to 4096", "threads", "most threads of spawn_blocking",
     get_count<&o::blocking_threads>, set_count<&o::blocking_threads, 1, most_blocking_threads>},
    {"blocking_queue", "0 to 1048576", "functions", "functions that may wait for a thread of spawn_blocking",
     get_count<&o::blocking_queue>, set_count<&o::blocking_queue, 0, most_queue_entries>},
    {"blocking_idle", "0 to 3600000", "ms", "how long a thread of spawn_blocking without work is kept",
     get_time<&o::blocking_idle>, set_time<&o::blocking_idle, longest_idle_ms>},
}};

/// Both exclude SQPOLL: there is no submitting system call that the task work could be deferred to.
std::optional<std::string> contradiction_of_sqpoll(const runtime_options& options) {
    const auto both_on = [](std::string_view other) {
        return "runtime_options.sqpoll is on and " + std::string(other) +
               " is on: the kernel allows only one of them (io_uring_setup(2)). Set " + std::string(other) +
               " to best or off, or sqpoll to off.";
    };
    if (options.sqpoll == feature_use::on && options.defer_taskrun == feature_use::on)
        return both_on("defer_taskrun");
    if (options.sqpoll == feature_use::on && options.coop_taskrun == feature_use::on)
        return both_on("coop_taskrun");
    if (options.sqpoll == feature_use::off && options.sqpoll_cpu != -1)
        return "runtime_options.sqpoll_cpu is " + std::to_string(options.sqpoll_cpu) +
               " and sqpoll is off: there is no thread to bind. Set sqpoll to on or best, or sqpoll_cpu to "
               "any.";
    return std::nullopt;
}

start_error bad(std::string message) { return {errc::invalid_options, 0, std::move(message)}; }

} // namespace

std::span<const knob> knobs() noexcept { return all_knobs; }

std::expected<void, std::string> set_knob(runtime_options& options, std::string_view name,
                                          std::string_view text) {
    constexpr std::string_view prefix = "spargio.";
    if (name.starts_with(prefix)) name.remove_prefix(prefix.size());
    const auto at = std::ranges::find(all_knobs, name, &knob::name);
    if (at == all_knobs.end()) {
        std::string known;
        for (const auto& each : all_knobs) known += (known.empty() ? "" : ", ") + std::string(each.name);
        return std::unexpected("spargio has no knob '" + std::string(name) + "'; it has: " + known);
    }
    if (!at->set(options, text))
        return std::unexpected("spargio." + std::string(name) + "=" + std::string(text) +
                               " is not legal; it takes " + std::string(at->range) +
                               (at->unit.empty() ? "" : " " + std::string(at->unit)));
    return {};
}

runtime_options with_preset(const runtime_options& options) noexcept {
    runtime_options filled = options;
    const runtime_options defaults;
    const auto fill = [&](auto field, auto value) {
        if (options.*field == defaults.*field) filled.*field = value;
    };
    using std::chrono::microseconds;
    switch (options.preset) {
    case option_preset::none:
        break;
    case option_preset::latency:
        fill(&o::spin, microseconds(200));
        fill(&o::tasks_per_turn, 16u);
        break;
    case option_preset::throughput:
        fill(&o::spin, microseconds(10));
        fill(&o::tasks_per_turn, 256u);
        fill(&o::lane_capacity, 16'384u);
        fill(&o::stealable_capacity, 16'384u);
        fill(&o::steal_budget, 128u);
        break;
    }
    return filled;
}

std::expected<runtime_options, start_error> resolve(const runtime_options& given) {
    const runtime_options options = with_preset(given);
    // The struct can hold what the knob would refuse, so each field is held against its own knob's range.
    for (const auto& each : all_knobs) {
        runtime_options scratch;
        const std::string text = each.get(options);
        if (!each.set(scratch, text))
            return std::unexpected(bad("runtime_options." + std::string(each.name) + " is " + text +
                                       "; it takes " + std::string(each.range)));
    }
    if (options.defer_taskrun == feature_use::on && options.single_issuer == feature_use::off)
        return std::unexpected(
            bad("runtime_options.defer_taskrun is on and single_issuer is off: the kernel allows "
                "deferred task work only with a single issuer. Set single_issuer to on or best, "
                "or defer_taskrun to off."));
    if (auto contradiction = contradiction_of_sqpoll(options))
        return std::unexpected(bad(std::move(*contradiction)));
    if (options.cq_entries < options.ring_entries)
        return std::unexpected(bad("runtime_options.cq_entries (" + std::to_string(options.cq_entries) +
                                   ") is smaller than ring_entries (" + std::to_string(options.ring_entries) +
                                   "): completions would overflow. Raise cq_entries or lower ring_entries."));
    for (const std::uint32_t tag : options.hot_tags.tags())
        if (options.coalesced_hot_tags.contains(tag))
            return std::unexpected(bad("tag " + std::to_string(tag) +
                                       " is in runtime_options.hot_tags and in coalesced_hot_tags: its values "
                                       "can be delivered or summed up, not both. Take it out of one."));
    runtime_options resolved = options;
    const unsigned cpus = detail::usable_cpus();
    if (resolved.shards == 0) resolved.shards = cpus;
    // A spinning shard would take the CPU from the very shard that it waits for.
    if (resolved.shards > cpus) resolved.spin = std::chrono::microseconds(0);
    if (resolved.membarrier == feature_use::on && !detail::process_barrier::available())
        return std::unexpected(
            bad("runtime_options.membarrier is on, and the kernel does not offer "
                "MEMBARRIER_CMD_PRIVATE_EXPEDITED (4.14), or a seccomp filter forbids membarrier(2). "
                "Set membarrier to best or off."));
    if (resolved.membarrier == feature_use::best)
        resolved.membarrier =
            resolved.spin.count() != 0 && resolved.shards > 1 && detail::process_barrier::available()
                ? feature_use::on
                : feature_use::off;
    resolved.lane_capacity = std::bit_ceil(resolved.lane_capacity);
    resolved.injection_capacity = std::bit_ceil(resolved.injection_capacity);
    resolved.receive_buffers = std::bit_ceil(resolved.receive_buffers);
    resolved.stealable_capacity = std::bit_ceil(resolved.stealable_capacity);
    return resolved;
}

} // namespace spargio
