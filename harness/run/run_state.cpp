#include "harness/run/run_state.hpp"

#include <algorithm>

namespace bench {

std::optional<double> case_state::paused_cpu_share() const {
    if (paused_wall_ns == 0) return std::nullopt;
    return static_cast<double>(paused_cpu_ns) / static_cast<double>(paused_wall_ns);
}

double case_state::restless_share() const {
    const std::uint64_t allowed_ns = pauses * 1'000'000;
    if (paused_wall_ns == 0 || paused_cpu_ns <= allowed_ns) return 0;
    return static_cast<double>(paused_cpu_ns - allowed_ns) / static_cast<double>(paused_wall_ns);
}

run_state::run_state(const plan& of) {
    for (const auto& g : of.groups) add_group(g);
}

void run_state::add_group(const group& g) {
    groups_[g.name] = {};
    for (const auto& a : g.arms) {
        case_state made;
        made.of = &g;
        made.with = &a;
        made.id = case_id(g, a);
        made.knobs_effective = a.backend->effective_knobs(a.knobs).value_or(a.knobs);
        index_[made.id] = cases_.size();
        cases_.push_back(std::move(made));
    }
}

void run_state::apply(const json& event) {
    const auto kind = event.at("event").get<std::string>();
    if (kind == "block_begin")
        begin_block(event.at("block"));
    else if (kind == "slice")
        take_slice(event);
    else if (kind == "block_end")
        end_block(event.at("block"));
    else if (kind == "case")
        update_case(event);
}

void run_state::begin_block(const json& block) {
    ++groups_.at(block.at("group").get<std::string>()).begun;
    blocks_.push_back(block);
    blocks_.back()["slices"] = json::array();
    open_latencies_.clear();
    block_open_ = true;
}

void run_state::take_slice(const json& event) {
    json slice = event.at("slice");
    auto& of = cases_.at(index_.at(slice.at("case").get<std::string>()));
    if (event.contains("latency")) {
        const auto latency = latency_counts::from_json(event.at("latency"));
        slice["latency"] =
            latency.percentiles(); // of the block alone: what a gate on a percentile is held against
        open_latencies_[of.id].merge(latency);
    }
    blocks_.at(blocks_.size() - 1)["slices"].push_back(std::move(slice));
    of.paused_cpu_ns += event.at("paused_cpu_ns").get<std::uint64_t>();
    of.paused_wall_ns += event.at("paused_wall_ns").get<std::uint64_t>();
    ++of.pauses;
}

void run_state::end_block(const json& end) {
    auto& block = blocks_.at(blocks_.size() - 1);
    json slices = std::move(block["slices"]);
    block.erase("slices");
    block.update(end);
    block["slices"] = std::move(slices);
    block_open_ = false;
    auto& progress = groups_.at(block.at("group").get<std::string>());
    if (block.at("dropped").get<bool>()) {
        ++progress.dropped;
        return;
    }
    ++progress.finished;
    for (const auto& [id, latency] : open_latencies_) cases_[index_.at(id)].latency.merge(latency);
    for (const auto& slice : block["slices"]) {
        auto& of = cases_[index_.at(slice.at("case").get<std::string>())];
        if (of.status == "not_run") of.status = "measured";
    }
}

void run_state::update_case(const json& event) {
    auto& of = cases_.at(index_.at(event.at("case").get<std::string>()));
    if (event.contains("status")) of.status = event.at("status").get<std::string>();
    if (event.contains("reason")) of.reason = event.at("reason").get<std::string>();
    if (event.contains("knobs_effective")) of.knobs_effective = event.at("knobs_effective");
    if (event.contains("capabilities")) of.capabilities = event.at("capabilities");
    if (event.contains("peak_rss_bytes")) {
        const auto bytes = event.at("peak_rss_bytes").get<std::uint64_t>();
        of.peak_rss_bytes = std::max(of.peak_rss_bytes.value_or(0), bytes);
    }
}

void run_state::abandon_open_block(const std::string& why) {
    if (!block_open_) return;
    const json unknown_probes{{"cache_line_round_trip_ns", nullptr}, {"eventfd_round_trip_ns", nullptr}};
    auto& block = blocks_.back();
    json slices = std::move(block["slices"]);
    block.erase("slices");
    block.update(json{{"cpu_pressure_share", nullptr},
                      {"foreign_cpu_share", nullptr},
                      {"stolen_cpu_share", nullptr},
                      {"throttled_ns", nullptr},
                      {"probes_before", unknown_probes},
                      {"probes_after", unknown_probes},
                      {"state_changed", false},
                      {"waited_for_quiet_ns", 0},
                      {"dropped", true},
                      {"drop_reason", why}});
    block["slices"] = std::move(slices);
    block_open_ = false;
}

} // namespace bench
