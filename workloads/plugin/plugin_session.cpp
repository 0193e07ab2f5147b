#include "workloads/plugin/plugin_session.hpp"

#include "workloads/contract/work.hpp"
#include "workloads/measure/thread_id.hpp"
#include "workloads/peer/peer_address.hpp"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <stdexcept>

/// The harness's side of bench_recorder.
struct bench_recorder {
    bench::recorder* to;
    /// Lane + 1 of a record that had no place; 0: none.
    std::atomic<std::size_t> missing{0};
};

namespace bench {
namespace {

void record(bench_recorder* into, std::size_t lane, std::uint64_t ns, std::uint64_t count) {
    if (lane < into->to->lanes())
        into->to->lane(lane).record(ns, count);
    else
        into->missing.store(lane + 1, std::memory_order_relaxed);
}

constexpr bench_host host{.size = sizeof(bench_host),
                          .work = [](std::uint64_t seed, std::uint64_t steps) { return work(seed, steps); },
                          .thread_id = [] { return this_thread_id(); },
                          .now_ns = [] { return now_ns(); },
                          .record = record};

std::string said(const plugin_text& why, const char* otherwise) {
    auto text = why.text();
    return text.empty() ? otherwise : text;
}

class plugin_session final : public session {
public:
    plugin_session(const bench_backend& table, bench_session* open) : table_(table), open_(open) {}
    ~plugin_session() override { table_.close(open_); }

    slice_outcome run(const slice_order& order, recorder& into) override {
        const bench_order asked{.size = sizeof(bench_order),
                                .iterations = order.iterations,
                                .seed = order.seed,
                                .record_latency = order.record_latency ? 1u : 0u,
                                .lanes = static_cast<std::uint32_t>(into.lanes())};
        bench_recorder latencies{.to = &into};
        bench_outcome done{};
        done.size = sizeof done;
        plugin_text why;
        const bench_status status = table_.run(open_, &asked, &latencies, &done, why.view());
        if (status != BENCH_OK)
            throw std::runtime_error(said(why, "the plugin reported an error and did not say which"));
        if (const auto lane = latencies.missing.load(std::memory_order_relaxed); lane != 0)
            throw std::runtime_error("the plugin recorded into lane " + std::to_string(lane - 1) +
                                     ", and there are " + std::to_string(into.lanes()) +
                                     " (bench_order.lanes)");
        if (done.thread_count > BENCH_MOST_THREADS)
            throw std::runtime_error("the plugin reported " + std::to_string(done.thread_count) +
                                     " threads; BENCH_MOST_THREADS is " + std::to_string(BENCH_MOST_THREADS));
        return {.operations = done.operations,
                .checksum = done.checksum,
                .bytes = done.bytes,
                .thread_ids = {done.thread_ids, done.thread_ids + done.thread_count}};
    }

    [[nodiscard]] std::map<std::string, std::string> capabilities() const override {
        std::map<std::string, std::string> all;
        if (table_.capabilities == nullptr) return all;
        const auto add = [](void* to, const char* name, const char* value) {
            static_cast<decltype(all)*>(to)->insert_or_assign(name, value);
        };
        table_.capabilities(open_, add, &all);
        return all;
    }

private:
    const bench_backend& table_;
    bench_session* open_;
};

refusal refused(bench_status status, const plugin_text& why) {
    using kind = refusal::kind_type;
    switch (status) {
    case BENCH_UNSUPPORTED:
        return {kind::unsupported, said(why, "the plugin cannot do this and does not say why")};
    case BENCH_UNAVAILABLE:
        return {kind::unavailable,
                said(why, "the plugin cannot do this here and does not say what is missing")};
    case BENCH_BAD_KNOB:
        return {kind::bad_knob, said(why, "the plugin does not like its knobs and does not say which")};
    case BENCH_FAILED:
        return {kind::failed, said(why, "the plugin could not open its session and does not say why")};
    default:
        return {kind::failed, "the plugin returned " + std::to_string(status) + ", which is no bench_status"};
    }
}

} // namespace

std::string plugin_text::text() const { return {bytes_.data(), ::strnlen(bytes_.data(), bytes_.size())}; }

std::vector<bench_setting> plugin_settings(const knob_values& knobs) {
    std::vector<bench_setting> settings;
    for (const auto& [name, value] : knobs) settings.push_back({name.c_str(), value.c_str()});
    return settings;
}

std::expected<std::unique_ptr<session>, refusal> open_plugin_session(const bench_backend& table,
                                                                     const workload& asked,
                                                                     const parameters& values,
                                                                     const knob_values& knobs) {
    const std::string name(asked.name);
    std::vector<std::string> names;
    std::vector<bench_number> numbers;
    for (const auto& entry : values.entries()) names.emplace_back(entry.spec.name);
    for (std::size_t i = 0; i < names.size(); ++i)
        numbers.push_back({names[i].c_str(), values.entries()[i].value});
    const auto settings = plugin_settings(knobs);
    const bench_case wanted{.size = sizeof(bench_case),
                            .workload = name.c_str(),
                            .parameters = numbers.data(),
                            .parameter_count = numbers.size(),
                            .knobs = settings.data(),
                            .knob_count = settings.size(),
                            .peer_port = peer_port().value_or(0)};
    plugin_text why;
    bench_session* made = nullptr;
    const bench_status status = table.open(&host, &wanted, &made, why.view());
    if (status != BENCH_OK) return std::unexpected(refused(status, why));
    if (made == nullptr)
        return std::unexpected(
            refusal{refusal::kind_type::failed, "the plugin returned BENCH_OK from `open` and no session"});
    return std::make_unique<plugin_session>(table, made);
}

} // namespace bench
