#include "harness/run/run_state.hpp"

#include <algorithm>
#include <utility>

namespace bench {

run_state::run_state(const plan& planned) {
    for (const auto& each : planned.groups) add_group(each);
}

void run_state::add_group(const group& added) {
    groups_[added.name] = {};
    for (const auto& each : added.arms) {
        case_state made;
        made.group = &added;
        made.arm = &each;
        made.id = case_id(added, each);
        made.knobs_effective = named_texts_of(each.backend->effective_knobs(each.knobs).value_or(each.knobs));
        index_[made.id] = cases_.size();
        cases_.push_back(std::move(made));
    }
}

void run_state::apply(const run_event& event) {
    std::visit([this](const auto& each) { take(each); }, event);
}

void run_state::take(const block_begun& event) {
    ++groups_.at(event.block.group).begun;
    blocks_.push_back({.start = event.block, .conditions = {}, .slices = {}, .machine = std::nullopt});
    open_latencies_.clear();
    block_open_ = true;
}

void run_state::take(const slice_taken& event) {
    auto& measured = case_of(event.slice.case_id);
    auto slice = event.slice;
    if (slice.mode == slice_mode::latency) {
        const latency_counts latency(event.latency);
        slice.latency = latency.summary(); // of the block alone: what a gate on a percentile is held against
        open_latencies_[measured.id].merge(latency);
    }
    blocks_.at(blocks_.size() - 1).slices.push_back(std::move(slice));
    measured.pauses.add(event.pause);
}

void run_state::take(const block_ended& event) {
    auto& block = blocks_.at(blocks_.size() - 1);
    block.conditions = event.block;
    block_open_ = false;
    auto& progress = groups_.at(block.start.group);
    if (block.conditions.dropped) {
        ++progress.dropped;
        return;
    }
    ++progress.finished;
    for (const auto& [id, latency] : open_latencies_) case_of(id).latency.merge(latency);
    for (const auto& slice : block.slices) {
        auto& measured = case_of(slice.case_id);
        if (measured.status == case_status::not_run) measured.status = case_status::measured;
    }
}

void run_state::take(const case_changed& event) {
    auto& changed = case_of(event.case_id);
    if (event.status) changed.status = *event.status;
    if (event.reason) changed.reason = *event.reason;
    if (event.knobs_effective) changed.knobs_effective = *event.knobs_effective;
    if (event.capabilities) changed.capabilities = *event.capabilities;
    if (event.peak_rss_bytes)
        changed.peak_rss_bytes = std::max(changed.peak_rss_bytes.value_or(0), *event.peak_rss_bytes);
}

void run_state::abandon_open_block(const std::string& reason) {
    if (!block_open_) return;
    auto& conditions = blocks_.back().conditions;
    conditions = {};
    conditions.dropped = true;
    conditions.drop_reason = reason;
    block_open_ = false;
}

} // namespace bench
