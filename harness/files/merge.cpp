#include "harness/files/merge.hpp"

#include "harness/common/exit_codes.hpp"
#include "harness/common/json.hpp"
#include "harness/files/validate.hpp"
#include "harness/record/result_file.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <set>

namespace bench {
namespace {

struct source {
    std::string path;
    json document;
};

int refuse(int code, const std::string& what) {
    fmt::print(stderr, "spargio-bench: merge: {}\n", what);
    return code;
}

/// The version of a library in both files must be the same: one table has one column for it.
std::optional<std::string> other_rival(const source& one, const source& other) {
    for (const auto& a : one.document.at("backends"))
        for (const auto& b : other.document.at("backends"))
            if (a.at("name") == b.at("name") && a.at("version") != b.at("version"))
                return fmt::format(
                    "{} measured {} in version {}, {} in {}; ratios of different programs don't belong "
                    "into one table",
                    one.path, a.at("name").get<std::string>(), a.at("version").dump(), other.path,
                    b.at("version").dump());
    return std::nullopt;
}

/// Why the files can't be one; of the first that differs from the first of all.
std::optional<std::string> difference(const std::vector<source>& files) {
    const auto& first = files.front();
    const json& version = first.document.at("schema_version");
    std::map<std::string, std::string> runs;
    for (const auto& each : files) {
        const auto [at, fresh] = runs.emplace(each.document.at("run").at("id").get<std::string>(), each.path);
        if (!fresh) return fmt::format("{} and {} are the same run; leave one away", at->second, each.path);
        if (auto why = other_rival(first, each)) return why;
        if (each.document.at("schema_version") != version)
            return fmt::format("{} has schema {}, {} has {}; measure both with the same spargio-bench",
                               each.path, each.document.at("schema_version").dump(), first.path,
                               version.dump());
        if (!each.document.at("run").value("sweep", json()).is_null())
            return fmt::format("{} is of a sweep; its stages stand for themselves and join no other run",
                               each.path);
        if (each.document.contains("machines"))
            return fmt::format(
                "{} is a merged file; merge the files that it was made of together with the others", each.path);
        for (const char* key :
             {"version", "git_revision", "git_dirty", "compiler", "compiler_flags", "build_type"})
            if (each.document.at("tool").at(key) != first.document.at("tool").at(key))
                return fmt::format(
                    "{} was measured by a build with {} {}, {} by one with {}; ratios of different "
                    "programs don't belong into one table",
                    each.path, key, each.document.at("tool").at(key).dump(), first.path,
                    first.document.at("tool").at(key).dump());
    }
    return std::nullopt;
}

/// What the shards among the files are of; files that are no shards are let be.
struct shard_set {
    std::vector<std::string> missing; ///< as 2/4
    std::optional<std::string> problem;
};

shard_set look_at_shards(const std::vector<source>& files) {
    std::map<std::uint64_t, std::string> seen;
    json first;
    for (const auto& each : files) {
        const json shard = each.document.at("run").value("shard", json());
        if (shard.is_null()) continue;
        if (first.is_null()) first = shard;
        for (const char* key : {"plan", "count"})
            if (shard.at(key) != first.at(key))
                return {{},
                        fmt::format(
                            "{} is a shard of another matrix, or of one with other blocks or slices ({} {}, {} "
                            "before it); merge shards of one matrix",
                            each.path, key, shard.at(key).dump(), first.at(key).dump())};
        const auto [at, fresh] = seen.emplace(shard.at("index").get<std::uint64_t>(), each.path);
        if (!fresh)
            return {{},
                    fmt::format("{} and {} are both shard {} of {}; leave one away", at->second, each.path,
                                at->first, first.at("count").dump())};
    }
    shard_set found;
    if (first.is_null()) return found;
    if (seen.size() != files.size())
        found.problem = "some files are shards and some are whole runs; merge either by itself";
    const auto count = first.at("count").get<std::uint64_t>();
    for (std::uint64_t i = 1; i <= count; ++i)
        if (!seen.contains(i)) found.missing.push_back(fmt::format("{}/{}", i, count));
    return found;
}

std::string machine_name(std::size_t machine) { return fmt::format("machine{}", machine + 1); }

class merged_document {
public:
    explicit merged_document(const std::vector<source>& files) : files_(files) {
        std::map<std::string, std::size_t> files_of;
        for (const auto& each : files)
            for (const auto& group : groups_of(each)) ++files_of[group];
        for (const auto& [group, count] : files_of)
            if (count > 1) shared_.insert(group);
    }

    json make() {
        json all = files_.front().document;
        for (const char* key : {"backends", "workloads", "cases", "blocks", "warnings", "machines", "parts"})
            all[key] = json::array();
        for (std::size_t i = 0; i < files_.size(); ++i) add(all, files_[i], i);
        std::uint64_t index = 0;
        for (auto& block : all["blocks"]) block["index"] = index++;
        return all;
    }

private:
    static std::set<std::string> groups_of(const source& of) {
        std::set<std::string> all;
        for (const auto& one : of.document.at("cases")) all.insert(one.at("group").get<std::string>());
        return all;
    }

    /// Names are unique in a file; where two machines measured a group each gets its own.
    [[nodiscard]] std::string group_name(const std::string& group, std::size_t machine) const {
        return shared_.contains(group) ? group + "@" + machine_name(machine) : group;
    }
    [[nodiscard]] std::string case_name(const std::string& id, std::size_t machine) const {
        const auto bar = id.rfind('|');
        return group_name(id.substr(0, bar), machine) + id.substr(bar);
    }

    void add(json& all, const source& from, std::size_t machine) const {
        all["machines"].push_back(
            {{"name", machine_name(machine)}, {"environment", from.document.at("environment")}});
        all["parts"].push_back(
            {{"machine", machine}, {"tool", from.document.at("tool")}, {"run", from.document.at("run")}});
        for (const char* key : {"backends", "workloads"})
            for (const auto& one : from.document.at(key))
                if (std::ranges::none_of(all[key],
                                         [&](const json& had) { return had.at("name") == one.at("name"); }))
                    all[key].push_back(one);
        for (json one : from.document.at("cases")) {
            one["group"] = group_name(one.at("group").get<std::string>(), machine);
            one["id"] = case_name(one.at("id").get<std::string>(), machine);
            one["machine"] = machine;
            all["cases"].push_back(std::move(one));
        }
        for (json block : from.document.at("blocks")) {
            block["group"] = group_name(block.at("group").get<std::string>(), machine);
            block["machine"] = machine;
            for (auto& slice : block["slices"])
                slice["case"] = case_name(slice.at("case").get<std::string>(), machine);
            all["blocks"].push_back(std::move(block));
        }
        for (json one : from.document.at("warnings")) {
            if (!one.at("case").is_null()) one["case"] = case_name(one.at("case").get<std::string>(), machine);
            all["warnings"].push_back(std::move(one));
        }
    }

    const std::vector<source>& files_;
    std::set<std::string> shared_; ///< groups that stand in more than one file
};

/// The run as a whole: from the first begun to the last ended, complete when each part is.
json joined_run(const std::vector<source>& files, const std::vector<std::string>& missing) {
    json run = files.front().document.at("run");
    bool complete = missing.empty();
    for (const auto& each : files) {
        const auto& one = each.document.at("run");
        complete = complete && one.at("status") == "complete";
        run["started_unix_ns"] = std::min(run.at("started_unix_ns").get<std::int64_t>(),
                                          one.at("started_unix_ns").get<std::int64_t>());
        if (run.at("finished_unix_ns").is_null() || one.at("finished_unix_ns").is_null())
            run["finished_unix_ns"] = nullptr;
        else
            run["finished_unix_ns"] = std::max(run.at("finished_unix_ns").get<std::int64_t>(),
                                               one.at("finished_unix_ns").get<std::int64_t>());
    }
    run["status"] = complete ? "complete" : "interrupted";
    run.erase("shard");
    if (!missing.empty()) run["missing_shards"] = missing;
    return run;
}

} // namespace

int run_merge(const merge_request& asked) {
    std::vector<source> files;
    for (const auto& path : asked.paths) {
        auto read = read_valid_result(path);
        if (!read) return refuse(exit_invalid, read.error());
        files.push_back({path, std::move(*read)});
    }
    if (auto why = difference(files)) return refuse(exit_usage, *why);
    const auto shards = look_at_shards(files);
    if (shards.problem) return refuse(exit_usage, *shards.problem);
    if (!shards.missing.empty() && !asked.partial)
        return refuse(
            exit_usage,
            fmt::format("these shards are missing: {}; measure them, or say --partial for a file that "
                        "is marked as incomplete",
                        fmt::join(shards.missing, ", ")));
    for (const auto& path : asked.paths) {
        std::error_code error;
        if (std::filesystem::equivalent(path, asked.output, error))
            return refuse(exit_usage,
                          fmt::format("-o {} is one of the files to be joined; name another", asked.output));
    }
    json all = merged_document(files).make();
    all["run"] = joined_run(files, shards.missing);
    if (const auto problems = result_problems(all); !problems.empty())
        return refuse(exit_invalid, "the merged file would not be valid: " + problems.front());
    if (const auto written = write_result(asked.output, all); !written)
        return refuse(exit_invalid, written.error() + "; name another place with -o");
    fmt::print("{} files, {} cases, {} blocks: {}\n", files.size(), all.at("cases").size(),
               all.at("blocks").size(), asked.output);
    return exit_ok;
}

} // namespace bench
