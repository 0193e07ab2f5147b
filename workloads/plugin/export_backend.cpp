#include "workloads/plugin/export_backend.hpp"
#include "workloads/cases/all_workloads.hpp"

#include "workloads/peer/peer_address.hpp"

#include <algorithm>
#include <exception>

/// The exporting side of bench_session.
struct bench_session {
    std::unique_ptr<bench::session> open;
    const bench_host* host;
    bench::recorder latencies;
};

namespace bench {
namespace {

/// The one backend of this library. The functions of the interface have no other way to it.
backend* exported = nullptr;

void write(bench_text into, std::string_view text) {
    if (into.capacity == 0) return;
    const auto length = std::min(text.size(), into.capacity - 1);
    std::copy_n(text.data(), length, into.data);
    into.data[length] = '\0';
}

bench_status status_of(refusal::kind_type kind) {
    switch (kind) {
    case refusal::kind_type::unsupported:
        return BENCH_UNSUPPORTED;
    case refusal::kind_type::unavailable:
        return BENCH_UNAVAILABLE;
    case refusal::kind_type::bad_knob:
        return BENCH_BAD_KNOB;
    case refusal::kind_type::failed:
        break;
    }
    return BENCH_FAILED;
}

knob_values read_knobs(const bench_setting* knobs, std::size_t count) {
    knob_values read;
    for (std::size_t i = 0; i < count; ++i) read.emplace(knobs[i].name, knobs[i].value);
    return read;
}

bench_status check_knobs(const bench_setting* knobs, std::size_t count, bench_text why) try {
    const auto legal = exported->effective_knobs(read_knobs(knobs, count));
    if (legal) return BENCH_OK;
    write(why, legal.error());
    return BENCH_BAD_KNOB;
} catch (const std::exception& error) {
    write(why, error.what());
    return BENCH_FAILED;
}

bench_status open(const bench_host* host, const bench_case* asked, bench_session** made, bench_text why) try {
    const auto* known = find_workload(asked->workload);
    if (known == nullptr) {
        write(why, std::string("the plugin was built before there was a workload ") + asked->workload);
        return BENCH_UNSUPPORTED;
    }
    std::vector<assignment> given;
    for (std::size_t i = 0; i < asked->parameter_count; ++i)
        given.emplace_back(asked->parameters[i].name, std::to_string(asked->parameters[i].value));
    const auto values = parameters::make(known->parameters, given);
    if (!values) {
        write(why, values.error() + "; the plugin was built for another form of this workload");
        return BENCH_FAILED;
    }
    set_peer_port(asked->peer_port == 0 ? std::nullopt : std::optional(asked->peer_port));
    auto opened = exported->open(*known, *values, read_knobs(asked->knobs, asked->knob_count));
    if (!opened) {
        write(why, opened.error().reason);
        return status_of(opened.error().kind);
    }
    *made = new bench_session{.open = *std::move(opened), .host = host, .latencies = recorder(0)};
    return BENCH_OK;
} catch (const std::exception& error) {
    write(why, error.what());
    return BENCH_FAILED;
}

/// What one lane has recorded; least and greatest as they were, the others as their bucket stands for them, but
/// never beyond those two.
void hand_over(const bench_host& host, bench_recorder* into, std::size_t lane, const histogram& from) {
    if (from.total() == 0) return;
    const auto record = [&](std::uint64_t ns, std::uint64_t count) { host.record(into, lane, ns, count); };
    record(from.min_ns(), 1);
    if (from.total() > 1) record(from.max_ns(), 1);
    for (std::size_t bucket = 0; bucket < histogram::bucket_count; ++bucket) {
        std::uint64_t count = from.count_in(bucket);
        if (bucket == histogram::bucket_of(from.min_ns())) --count;
        if (bucket == histogram::bucket_of(from.max_ns()) && from.total() > 1) --count;
        if (count != 0) record(std::clamp(histogram::value_of(bucket), from.min_ns(), from.max_ns()), count);
    }
}

bench_status run(bench_session* with, const bench_order* order, bench_recorder* into, bench_outcome* done,
                 bench_text why) try {
    if (with->latencies.lanes() != order->lanes) with->latencies = recorder(order->lanes);
    const bool recording = order->record_latency != 0;
    if (recording) with->latencies.clear();
    const auto outcome = with->open->run(
        {.iterations = order->iterations, .seed = order->seed, .record_latency = recording}, with->latencies);
    if (recording)
        for (std::size_t lane = 0; lane < order->lanes; ++lane)
            hand_over(*with->host, into, lane, with->latencies.lane(lane));
    done->operations = outcome.operations;
    done->checksum = outcome.checksum;
    done->bytes = outcome.bytes;
    done->thread_count = std::min<std::size_t>(outcome.thread_ids.size(), BENCH_MOST_THREADS);
    std::copy_n(outcome.thread_ids.begin(), done->thread_count, done->thread_ids);
    return BENCH_OK;
} catch (const std::exception& error) {
    write(why, error.what());
    return BENCH_FAILED;
}

void capabilities(bench_session* with, void (*add)(void*, const char*, const char*), void* to) {
    for (const auto& [name, value] : with->open->capabilities()) add(to, name.c_str(), value.c_str());
}

const char* waits(const bench_setting* knobs, std::size_t count) try {
    const auto manner = exported->waits(read_knobs(knobs, count));
    return manner ? word_of(*manner).data() : nullptr; // of an array of literals, which end in a zero byte
} catch (const std::exception&) {
    return nullptr;
}

/// The table, and the texts that it points to.
struct exported_table {
    explicit exported_table(const backend& backing)
        : name(backing.name()), version(backing.version()), summary(backing.summary()), specs(backing.knobs()) {
        for (const auto& spec : specs)
            knobs.push_back({spec.name.c_str(), spec.initial.c_str(), spec.range.c_str(), spec.unit.c_str(),
                             spec.help.c_str()});
        table = {.abi_version = BENCH_ABI_VERSION,
                 .size = sizeof(bench_backend),
                 .name = name.c_str(),
                 .version = version.c_str(),
                 .summary = summary.c_str(),
                 .knobs = knobs.data(),
                 .knob_count = knobs.size(),
                 .check_knobs = check_knobs,
                 .open = open,
                 .run = run,
                 .close = [](bench_session* session) { delete session; },
                 .capabilities = capabilities,
                 .standing = backing.standing() == backend_class::specialist ? "specialist" : "general",
                 .waits = waits};
    }
    exported_table(const exported_table&) = delete;
    exported_table& operator=(const exported_table&) = delete;

    std::string name, version, summary;
    std::vector<knob_spec> specs;
    std::vector<bench_knob> knobs;
    bench_backend table{};
};

} // namespace

const bench_backend* export_backend(backend& backing, std::uint32_t host_abi_version) {
    if (host_abi_version != BENCH_ABI_VERSION) return nullptr;
    exported = &backing;
    static const exported_table made(backing);
    return &made.table;
}

} // namespace bench
