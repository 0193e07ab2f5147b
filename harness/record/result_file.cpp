#include "harness/record/result_file.hpp"

#include "backends/registry/registry.hpp"
#include "harness/common/build_info.hpp"
#include "harness/common/line_pipe.hpp"
#include "harness/files/repro.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <set>

namespace bench {
namespace {

json backend_to_json(const backend& b) {
    static constexpr const char* kinds[] = {"ours", "rival", "floor"};
    json knobs = json::array();
    for (const auto& knob : b.knobs())
        knobs.push_back({{"name", knob.name},
                         {"default", knob.initial},
                         {"range", knob.range},
                         {"unit", knob.unit},
                         {"help", knob.help}});
    return {{"name", b.name()},
            {"kind", kinds[static_cast<std::size_t>(b.kind())]},
            {"version", b.version()},
            {"summary", b.summary()},
            {"plugin", b.origin().empty() ? json(nullptr) : json(b.origin())},
            {"knobs", knobs}};
}

json workload_to_json(const workload& w) {
    json declared = json::array();
    const auto defaults = parameters::make(w.parameters, {});
    for (const auto& spec : w.parameters)
        declared.push_back({{"name", spec.name},
                            {"default", defaults ? defaults->text(spec.name) : std::to_string(spec.initial)},
                            {"unit", spec.unit},
                            {"help", spec.help}});
    return {{"name", w.name},
            {"summary", w.summary},
            {"operation", w.operation},
            {"judged_by", w.judge == judged_by::cpu_time ? "cpu_time" : "wall_time"},
            {"measures_latency", w.measures_latency},
            {"parameters", declared}};
}

json case_to_json(const case_state& c, const run_options& options) {
    json all = json::object();
    for (const auto& entry : c.of->how.entries())
        all[std::string(entry.spec.name)] = c.of->how.text(entry.spec.name);
    auto reason = c.reason;
    if (c.status == "not_run" && !reason) reason = "the run ended before a whole block of it; use --resume";
    return {{"id", c.id},
            {"group", c.of->name},
            {"workload", c.of->what->name},
            {"parameters", all},
            {"arm", c.with->label()},
            {"backend", c.with->backend->name()},
            {"of_base", c.with->of_base},
            {"knobs_given", c.with->knobs},
            {"knobs_effective", c.knobs_effective},
            {"capabilities", c.capabilities},
            {"injected_slowdown", or_null(c.with->injected_slowdown)},
            {"status", c.status},
            {"reason", or_null(reason)},
            {"latency", c.latency.to_json()},
            {"peak_rss_bytes", or_null(c.peak_rss_bytes)},
            {"paused_cpu_share", or_null(c.paused_cpu_share())},
            {"repro", repro_command(*c.of, *c.with, options)}};
}

bool write_synced(const std::string& path, const std::string& text) {
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (file < 0) return false;
    const bool written = write_line(file, text) && (::fsync(file) == 0 || errno == EINVAL);
    const int error = errno;
    ::close(file);
    errno = error;
    return written;
}

void sync_directory(const std::string& path) {
    const auto parent = std::filesystem::path(path).parent_path();
    const int directory = ::open(parent.empty() ? "." : parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0) return;
    ::fsync(directory);
    ::close(directory);
}

} // namespace

json tool_info() {
    return {{"name", "spargio-bench"}, {"version", tool_version}, {"git_revision", git_revision},
            {"git_dirty", git_dirty},  {"compiler", compiler},    {"compiler_flags", compiler_flags},
            {"build_type", build_type}};
}

json make_result(const json& tool, const json& run, const json& environment, const plan& planned,
                 const run_state& state) {
    json backends = json::array();
    json workloads = json::array();
    json cases = json::array();
    std::set<const backend*> seen_backends;
    std::set<const workload*> seen_workloads;
    for (const auto& c : state.cases()) {
        if (seen_backends.insert(c.with->backend).second) backends.push_back(backend_to_json(*c.with->backend));
        if (seen_workloads.insert(c.of->what).second) workloads.push_back(workload_to_json(*c.of->what));
        cases.push_back(case_to_json(c, planned.options));
    }
    return {
        {"schema_version", "1.3"},  {"tool", tool},           {"run", run},     {"environment", environment},
        {"backends", backends},     {"workloads", workloads}, {"cases", cases}, {"blocks", state.blocks()},
        {"warnings", json::array()}};
}

std::expected<void, std::string> write_whole(const std::string& path, const std::string& text) {
    const std::string aside = path + ".partial";
    if (!write_synced(aside, text) || std::rename(aside.c_str(), path.c_str()) != 0) {
        const auto error = fmt::format("cannot write {}: {}", path, std::strerror(errno));
        ::unlink(aside.c_str());
        return std::unexpected(error);
    }
    sync_directory(path);
    return {};
}

std::expected<void, std::string> write_result(const std::string& path, const json& document) {
    return write_whole(path, document.dump(1, ' ', false, json::error_handler_t::replace));
}

} // namespace bench
