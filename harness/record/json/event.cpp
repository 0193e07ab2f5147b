#include "harness/record/json/event.hpp"

#include "harness/record/json/block.hpp"
#include "harness/record/json/case.hpp"
#include "harness/record/json/reader.hpp"
#include "harness/record/json/slice.hpp"
#include "harness/record/json/sweep.hpp"

namespace bench {
namespace {

constexpr const char* latency_key = "latency";

json written(const block_begun& event) { return {{"event", "block_begin"}, {"block", to_json(event.block)}}; }

json written(const slice_taken& event) {
    auto slice = to_json(event.slice);
    slice.erase(latency_key); // stands beside it, with its buckets
    json all{{"event", "slice"},
             {"slice", std::move(slice)},
             {"paused_cpu_ns", event.pause.cpu_ns},
             {"paused_wall_ns", event.pause.wall_ns}};
    if (event.slice.mode == slice_mode::latency) all[latency_key] = to_json_or_null(event.latency);
    return all;
}

json written(const block_ended& event) { return {{"event", "block_end"}, {"block", to_json(event.block)}}; }

json written(const case_changed& event) {
    json all{{"event", "case"}, {"case", event.case_id}};
    if (event.status) all["status"] = word_of(*event.status);
    if (event.reason) all["reason"] = *event.reason;
    if (event.knobs_effective) all["knobs_effective"] = object_of(*event.knobs_effective);
    if (event.capabilities) all["capabilities"] = object_of(*event.capabilities);
    if (event.peak_rss_bytes) all["peak_rss_bytes"] = *event.peak_rss_bytes;
    return all;
}

json written(const stage_begun& event) { return {{"event", "stage"}, {"stage", to_json(event.stage)}}; }

slice_taken slice_taken_from_json(const json& event) {
    slice_taken read{.slice = slice_from_json(event.at("slice")),
                     .pause = {.cpu_ns = event.at("paused_cpu_ns").get<std::uint64_t>(),
                               .wall_ns = event.at("paused_wall_ns").get<std::uint64_t>()},
                     .latency = std::nullopt};
    std::erase(read.slice.beyond.lacking, latency_key); // it is not missing, but beside it
    if (const auto at = event.find(latency_key); at != event.end() && !at->is_null())
        read.latency = latency_record_from_json(*at);
    return read;
}

case_changed case_changed_from_json(const json& event) {
    json_reader from(event);
    case_changed read{.case_id = from.get<std::string>("case")};
    if (const auto* status = from.later("status")) read.status = case_status_from_json(*status);
    read.reason = from.later<std::string>("reason");
    if (const auto* knobs = from.later("knobs_effective")) read.knobs_effective = named_texts_from_json(*knobs);
    if (const auto* found = from.later("capabilities")) read.capabilities = named_texts_from_json(*found);
    read.peak_rss_bytes = from.later<std::uint64_t>("peak_rss_bytes");
    return read;
}

} // namespace

json to_json(const run_event& event) {
    return std::visit([](const auto& each) { return written(each); }, event);
}

std::optional<run_event> event_from_json(const json& event) {
    const auto kind = event.at("event").get<std::string>();
    if (kind == "block_begin") return block_begun{block_start_from_json(event.at("block"))};
    if (kind == "slice") return slice_taken_from_json(event);
    if (kind == "block_end") return block_ended{block_conditions_from_json(event.at("block"))};
    if (kind == "case") return case_changed_from_json(event);
    if (kind == "stage") return stage_begun{stage_from_json(event.at("stage"))};
    return std::nullopt;
}

} // namespace bench
