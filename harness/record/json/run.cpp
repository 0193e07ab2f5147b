#include "harness/record/json/run.hpp"

#include "harness/record/json/reader.hpp"
#include "harness/record/json/sweep.hpp"

#include <stdexcept>

namespace bench {
namespace {

constexpr const char* status_words[] = {"complete", "interrupted", "failed"};

run_status status_from_json(const json& written) {
    const auto word = written.get<std::string>();
    for (std::size_t i = 0; i < std::size(status_words); ++i)
        if (word == status_words[i]) return static_cast<run_status>(i);
    throw std::out_of_range("there is no run status '" + word + "'");
}

} // namespace

const char* word_of(run_status status) noexcept { return status_words[static_cast<std::size_t>(status)]; }

json to_json(const tool_record& tool) {
    return as_read({{"name", tool.name},
                    {"version", tool.version},
                    {"git_revision", tool.git_revision},
                    {"git_dirty", tool.git_dirty},
                    {"compiler", tool.compiler},
                    {"compiler_flags", tool.compiler_flags},
                    {"build_type", tool.build_type},
                    {"digest", or_null(tool.digest)}},
                   tool.beyond);
}

tool_record tool_from_json(const json& written) {
    json_reader from(written);
    tool_record read{.name = from.get<std::string>("name"),
                     .version = from.get<std::string>("version"),
                     .git_revision = from.get<std::string>("git_revision"),
                     .git_dirty = from.get<bool>("git_dirty"),
                     .compiler = from.get<std::string>("compiler"),
                     .compiler_flags = from.get<std::string>("compiler_flags"),
                     .build_type = from.get<std::string>("build_type"),
                     .digest = from.later<std::string>("digest")};
    read.beyond = from.beyond();
    return read;
}

json to_json(const plan_part_record& part) {
    return {{"index", part.index}, {"count", part.count}, {"plan", part.plan}};
}

plan_part_record plan_part_from_json(const json& written) {
    return {.index = written.at("index").get<std::uint64_t>(),
            .count = written.at("count").get<std::uint64_t>(),
            .plan = written.at("plan").get<std::string>()};
}

json to_json(const base_build_record& base) { return {{"path", base.path}, {"tool", to_json(base.tool)}}; }

base_build_record base_build_from_json(const json& written) {
    return {.path = written.at("path").get<std::string>(), .tool = tool_from_json(written.at("tool"))};
}

json to_json(const run_record& run) {
    json all{{"id", run.id},
             {"title", or_null(run.title)},
             {"seed", run.seed},
             {"arguments", run.arguments},
             {"status", word_of(run.status)},
             {"started_unix_ns", run.started_unix_ns},
             {"finished_unix_ns", or_null(run.finished_unix_ns)},
             {"blocks_planned", run.blocks_planned},
             {"slices_per_block", run.slices_per_block},
             {"slice_target_ns", run.slice_target_ns},
             {"quiet_wait_limit_ns", run.quiet_wait_limit_ns},
             {"cut_by", or_null(run.cut_by)},
             {"budget_ns", or_null(run.budget_ns)},
             {"shard", to_json_or_null(run.part)},
             {"base_build", to_json_or_null(run.base_build)},
             {"resumed", run.resumed}};
    if (run.sweep) all["sweep"] = to_json(*run.sweep);
    if (run.missing_shards) all["missing_shards"] = *run.missing_shards;
    return as_read(std::move(all), run.beyond);
}

run_record run_from_json(const json& written) {
    json_reader from(written);
    run_record read{.id = from.get<std::string>("id"),
                    .title = from.later<std::string>("title"),
                    .seed = from.get<std::uint64_t>("seed"),
                    .arguments = from.get<std::vector<std::string>>("arguments"),
                    .status = status_from_json(from.raw("status")),
                    .started_unix_ns = from.get<std::int64_t>("started_unix_ns"),
                    .finished_unix_ns = from.nullable<std::int64_t>("finished_unix_ns"),
                    .blocks_planned = from.get<std::uint64_t>("blocks_planned"),
                    .slices_per_block = from.get<std::uint64_t>("slices_per_block"),
                    .slice_target_ns = from.get<std::uint64_t>("slice_target_ns"),
                    .quiet_wait_limit_ns = from.get<std::uint64_t>("quiet_wait_limit_ns"),
                    .cut_by = from.later<std::string>("cut_by"),
                    .budget_ns = from.later<std::uint64_t>("budget_ns"),
                    .part = std::nullopt,
                    .base_build = std::nullopt,
                    .resumed = from.later<bool>("resumed").value_or(false),
                    .sweep = std::nullopt,
                    .missing_shards = std::nullopt};
    if (const auto* part = from.later("shard")) read.part = plan_part_from_json(*part);
    if (const auto* base = from.later("base_build")) read.base_build = base_build_from_json(*base);
    if (const auto* sweep = from.rare("sweep")) read.sweep = sweep_from_json(*sweep);
    if (const auto* missing = from.rare("missing_shards"))
        read.missing_shards = missing->get<std::vector<std::string>>();
    read.beyond = from.beyond();
    return read;
}

} // namespace bench
