#include "harness/files/merge.hpp"

#include "harness/common/exit_codes.hpp"
#include "harness/common/output.hpp"
#include "harness/common/output_file.hpp"
#include "harness/common/problem.hpp"
#include "harness/files/validate.hpp"
#include "harness/record/json/result.hpp"
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
    result_record result;
};

problem apart(std::string text, std::string remedy) {
    return {problem_code::different_files, "", std::move(text), std::move(remedy)};
}

/// The version of a library in both files must be the same: one table has one column for it.
std::optional<problem> other_rival(const source& one, const source& other) {
    for (const auto& a : one.result.backends)
        for (const auto& b : other.result.backends)
            if (a.name == b.name && a.plugin && b.plugin && a.digest && b.digest && a.digest != b.digest)
                return apart(
                    fmt::format("{} measured another plugin file of {} than {}", one.path, a.name, other.path),
                    "ratios of different programs don't belong into one table");
            else if (a.name == b.name && a.version != b.version)
                return apart(fmt::format("{} measured {} in version {}, {} in {}", one.path, a.name,
                                         json(a.version).dump(), other.path, json(b.version).dump()),
                             "ratios of different programs don't belong into one table");
    return std::nullopt;
}

/// A revision names one program only where it is known and nothing was changed; else the file itself has to be
/// the same.
std::optional<problem> other_program(const source& first, const source& other) {
    const auto& one = first.result.tool;
    const auto& two = other.result.tool;
    if (!is_of_unknown_source(one) || (one.digest && one.digest == two.digest)) return std::nullopt;
    return apart(fmt::format("{} and {} were measured by builds of a revision that is {}, and {}", first.path,
                             other.path, one.git_dirty ? "changed (dirty)" : "unknown",
                             one.digest && two.digest ? "they are not the same program file"
                                                      : "nothing says that it was one program"),
                 "measure both with the same spargio-bench, or commit before you build it");
}

/// Why the two can't be in one file.
std::optional<problem> difference(const source& first, const source& other) {
    if (auto found = other_rival(first, other)) return found;
    if (other.result.schema_version != first.result.schema_version)
        return apart(fmt::format("{} has schema {}, {} has {}", other.path,
                                 json(other.result.schema_version).dump(), first.path,
                                 json(first.result.schema_version).dump()),
                     "measure both with the same spargio-bench");
    if (other.result.run.sweep)
        return apart(other.path + " is of a sweep", "its stages stand for themselves and join no other run");
    if (other.result.machines)
        return apart(other.path + " is a merged file",
                     "merge the files that it was made of together with the others");
    if (const auto found = tool_difference(other.result.tool, first.result.tool))
        return apart(fmt::format("{} was measured by a build with {} {}, {} by one with {}", other.path,
                                 found->key, found->one, first.path, found->other),
                     "ratios of different programs don't belong into one table");
    return other_program(first, other);
}

/// Why the files can't be one; of the first that differs from the first of all.
std::optional<problem> difference(const std::vector<source>& files) {
    std::map<std::string, std::string> runs;
    for (const auto& each : files) {
        const auto [at, fresh] = runs.emplace(each.result.run.id, each.path);
        if (!fresh)
            return apart(fmt::format("{} and {} are the same run", at->second, each.path), "leave one away");
        if (auto found = difference(files.front(), each)) return found;
    }
    return std::nullopt;
}

/// The parts of one matrix among the files; files that are whole runs are let be.
struct part_set {
    std::vector<std::string> missing; ///< as 2/4
    std::optional<problem> refusal;
};

std::optional<field_difference> other_matrix(const plan_part_record& one, const plan_part_record& other) {
    if (auto found = compare_field("plan", one.plan, other.plan)) return found;
    return compare_field("count", one.count, other.count);
}

part_set look_at_parts(const std::vector<source>& files) {
    std::map<std::uint64_t, std::string> seen;
    std::optional<plan_part_record> first;
    for (const auto& each : files) {
        const auto& part = each.result.run.part;
        if (!part) continue;
        if (!first) first = part;
        if (const auto found = other_matrix(*part, *first))
            return {{},
                    apart(fmt::format(
                              "{} is a shard of another matrix, or of one with other blocks or slices ({} {}, "
                              "{} before it)",
                              each.path, found->key, found->one, found->other),
                          "merge shards of one matrix")};
        const auto [at, fresh] = seen.emplace(part->index, each.path);
        if (!fresh)
            return {{},
                    apart(fmt::format("{} and {} are both shard {} of {}", at->second, each.path, at->first,
                                      first->count),
                          "leave one away")};
    }
    part_set found;
    if (!first) return found;
    if (seen.size() != files.size())
        found.refusal = apart("some files are shards and some are whole runs", "merge either by itself");
    for (std::uint64_t i = 1; i <= first->count; ++i)
        if (!seen.contains(i)) found.missing.push_back(fmt::format("{}/{}", i, first->count));
    return found;
}

std::string machine_name(std::size_t machine) { return fmt::format("machine{}", machine + 1); }

class merged_result {
public:
    explicit merged_result(const std::vector<source>& files) : files_(files) {
        std::map<std::string, std::size_t> files_of;
        for (const auto& each : files)
            for (const auto& group : groups_of(each)) ++files_of[group];
        for (const auto& [group, count] : files_of)
            if (count > 1) shared_.insert(group);
    }

    result_record make() {
        const auto& first = files_.front().result;
        result_record all{.schema_version = first.schema_version,
                          .tool = first.tool,
                          .run = first.run,
                          .environment = first.environment,
                          .backends = {},
                          .workloads = {},
                          .cases = {},
                          .blocks = {},
                          .warnings = {},
                          .machines = std::vector<machine_record>(),
                          .parts = std::vector<part_record>(),
                          .beyond = first.beyond};
        for (std::size_t i = 0; i < files_.size(); ++i) add(all, files_[i].result, i);
        std::uint64_t index = 0;
        for (auto& block : all.blocks) block.start.index = index++;
        return all;
    }

private:
    static std::set<std::string> groups_of(const source& file) {
        std::set<std::string> all;
        for (const auto& each : file.result.cases) all.insert(each.group);
        return all;
    }

    /// Names are unique in a file; where two machines measured a group each gets its own.
    [[nodiscard]] std::string group_name(const std::string& group, std::size_t machine) const {
        return shared_.contains(group) ? group + "@" + machine_name(machine) : group;
    }
    /// Those whose names are not there yet.
    template <class Record>
    static void add_new(std::vector<Record>& all, const std::vector<Record>& more) {
        for (const auto& each : more)
            if (std::ranges::find(all, each.name, &Record::name) == all.end()) all.push_back(each);
    }

    void add(result_record& all, const result_record& from, std::size_t machine) const {
        all.machines->push_back({.name = machine_name(machine), .environment = from.environment});
        all.parts->push_back({.machine = machine, .tool = from.tool, .run = from.run});
        add_new(all.backends, from.backends);
        add_new(all.workloads, from.workloads);
        // By whole ids: groups and arms may have any letter in them, a bar too.
        std::map<std::string, std::string> ids;
        for (auto each : from.cases) {
            each.group = group_name(each.group, machine);
            each.id = ids[each.id] = each.group + "|" + each.arm;
            each.machine = machine;
            all.cases.push_back(std::move(each));
        }
        for (auto block : from.blocks) {
            block.start.group = group_name(block.start.group, machine);
            block.machine = machine;
            for (auto& slice : block.slices) slice.case_id = ids.at(slice.case_id);
            all.blocks.push_back(std::move(block));
        }
        for (auto each : from.warnings) {
            if (each.case_id && ids.contains(*each.case_id)) each.case_id = ids.at(*each.case_id);
            all.warnings.push_back(std::move(each));
        }
    }

    const std::vector<source>& files_;
    std::set<std::string> shared_; ///< groups that stand in more than one file
};

/// The run as a whole: from the first begun to the last ended, complete when each part is.
run_record joined_run(const std::vector<source>& files, const std::vector<std::string>& missing) {
    auto run = files.front().result.run;
    bool complete = missing.empty();
    for (const auto& each : files) {
        const auto& one = each.result.run;
        complete = complete && one.status == run_status::complete;
        run.started_unix_ns = std::min(run.started_unix_ns, one.started_unix_ns);
        if (run.finished_unix_ns && one.finished_unix_ns)
            run.finished_unix_ns = std::max(*run.finished_unix_ns, *one.finished_unix_ns);
        else
            run.finished_unix_ns = std::nullopt;
    }
    run.status = complete ? run_status::complete : run_status::interrupted;
    run.part = std::nullopt;
    run.beyond.lacking.emplace_back("shard"); // of the whole no part is said
    if (!missing.empty()) run.missing_shards = missing;
    return run;
}

std::expected<std::vector<source>, problem> read_all(const std::vector<std::string>& paths) {
    std::vector<source> files;
    for (const auto& path : paths) {
        auto read = read_result(path);
        if (!read) return std::unexpected(read.error());
        files.push_back({path, std::move(*read)});
    }
    return files;
}

/// Whether the file to write is one of those to be read, under whatever name.
bool is_one_of(const std::vector<std::string>& paths, const std::string& output) {
    std::error_code error;
    return std::ranges::any_of(
        paths, [&](const auto& path) { return std::filesystem::equivalent(path, output, error); });
}

std::expected<result_record, problem> merged(const merge_request& asked) {
    const auto files = read_all(asked.paths);
    if (!files) return std::unexpected(files.error());
    if (auto found = difference(*files)) return std::unexpected(*std::move(found));
    const auto parts = look_at_parts(*files);
    if (parts.refusal) return std::unexpected(*parts.refusal);
    if (!parts.missing.empty() && !asked.partial)
        return refused(problem_code::different_files, "",
                       fmt::format("these shards are missing: {}", fmt::join(parts.missing, ", ")),
                       "measure them, or say --partial for a file that is marked as incomplete");
    if (is_one_of(asked.paths, asked.output))
        return refused(problem_code::bad_value, "",
                       fmt::format("-o {} is one of the files to be joined", asked.output), "name another");
    if (auto found = result_in_the_way(asked.output)) return std::unexpected(*std::move(found));
    auto all = merged_result(*files).make();
    all.run = joined_run(*files, parts.missing);
    if (const auto problems = result_problems(to_json(all)); !problems.empty())
        return refused(problem_code::invalid_result, "",
                       "the merged file would not be valid: " + problems.front());
    return all;
}

} // namespace

int run_merge(const merge_request& asked) {
    const auto all = merged(asked);
    if (!all) return complain(within("merge", all.error()));
    if (is_standard_output(asked.output)) {
        say("{}\n", one_line(to_json(*all)));
        return exit_ok;
    }
    if (auto written = write_result(asked.output, *all); !written) {
        written.error().remedy = "name another place with -o";
        return complain(within("merge", written.error()));
    }
    say("{} files, {} cases, {} blocks: {}\n", asked.paths.size(), all->cases.size(), all->blocks.size(),
        asked.output);
    return exit_ok;
}

} // namespace bench
