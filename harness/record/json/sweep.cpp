#include "harness/record/json/sweep.hpp"

#include "harness/record/json/reader.hpp"

namespace bench {
namespace {

constexpr const char* kind_words[] = {"screening", "confirmation"};

json to_json(const swept_knob& knob) { return {{"name", knob.name}, {"values", knob.values}}; }

swept_knob swept_knob_from_json(const json& written) {
    return {written.at("name").get<std::string>(), written.at("values").get<std::vector<std::string>>()};
}

json to_json(const contradictory_point& point) { return {{"arm", point.arm}, {"reason", point.reason}}; }

contradictory_point contradictory_from_json(const json& written) {
    return {written.at("arm").get<std::string>(), written.at("reason").get<std::string>()};
}

json to_json(const stage_point& point) {
    return {{"arm", point.arm},
            {"median_ratio", or_null(point.median_ratio)},
            {"blocks", point.blocks},
            {"kept", point.kept}};
}

stage_point point_from_json(const json& written) {
    json_reader from(written);
    return {.arm = from.get<std::string>("arm"),
            .median_ratio = from.nullable<double>("median_ratio"),
            .blocks = from.get<std::uint64_t>("blocks"),
            .kept = from.get<bool>("kept")};
}

} // namespace

const char* word_of(stage_kind kind) noexcept { return kind_words[static_cast<std::size_t>(kind)]; }

json to_json(const stage_record& stage) {
    json points = json::array();
    for (const auto& each : stage.points) points.push_back(to_json(each));
    return {{"kind", word_of(stage.kind)},
            {"group", stage.group},
            {"blocks_planned", stage.blocks_planned},
            {"points", std::move(points)}};
}

stage_record stage_from_json(const json& written) {
    return {.kind = written.at("kind") == kind_words[0] ? stage_kind::screening : stage_kind::confirmation,
            .group = written.at("group").get<std::string>(),
            .blocks_planned = written.at("blocks_planned").get<std::uint64_t>(),
            .points = read_array(written.at("points"), point_from_json)};
}

json to_json(const sweep_record& sweep) {
    json knobs = json::array();
    for (const auto& each : sweep.knobs) knobs.push_back(to_json(each));
    json contradictory = json::array();
    for (const auto& each : sweep.contradictory) contradictory.push_back(to_json(each));
    return as_read({{"baseline", sweep.baseline},
                    {"combine", sweep.combine},
                    {"knobs", std::move(knobs)},
                    {"left_out", sweep.left_out},
                    {"contradictory", std::move(contradictory)},
                    {"stages", to_json_array(sweep.stages)},
                    {"winner", or_null(sweep.winner)}},
                   sweep.beyond);
}

sweep_record sweep_from_json(const json& written) {
    json_reader from(written);
    sweep_record read{.baseline = from.get<std::string>("baseline"),
                      .combine = from.get<std::string>("combine"),
                      .knobs = read_array(from.raw("knobs"), swept_knob_from_json),
                      .left_out = from.get<std::vector<std::string>>("left_out"),
                      .contradictory = {},
                      .stages = read_array(from.raw("stages"), stage_from_json),
                      .winner = from.nullable<std::string>("winner")};
    if (const auto* points = from.later("contradictory"))
        read.contradictory = read_array(*points, contradictory_from_json);
    read.beyond = from.beyond();
    return read;
}

} // namespace bench
