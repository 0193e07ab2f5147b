#include "harness/run/measured_files.hpp"

#include "harness/common/file_digest.hpp"
#include "workloads/peer/echo_peer.hpp"
#include "workloads/plugin/plugin_backend.hpp"

#include <fmt/format.h>

#include <sys/stat.h>

namespace bench {
namespace {

constexpr const char* unreadable = "";

/// What the base is made of beside its program is its own affair: its cells find their plugins and peers
/// themselves.
std::vector<std::string> files_of(const group& measured, const arm& shown, const run_options& options) {
    if (shown.of_base) return options.base ? std::vector{options.base->path} : std::vector<std::string>();
    std::vector<std::string> files;
    for (const auto path :
         {plugin_library(*shown.backend), echo_peer::program_for(*measured.workload, measured.values)})
        if (!path.empty()) files.emplace_back(path);
    return files;
}

std::string digest_now(const std::string& path) { return file_digest(path).value_or(unreadable); }

/// What another file of that name would hardly have too.
std::vector<std::int64_t> traits_of(const std::string& path) {
    struct stat found {};
    if (::stat(path.c_str(), &found) != 0) return {};
    return {static_cast<std::int64_t>(found.st_dev),
            static_cast<std::int64_t>(found.st_ino),
            found.st_size,
            found.st_mtim.tv_sec,
            found.st_mtim.tv_nsec,
            found.st_ctim.tv_sec,
            found.st_ctim.tv_nsec};
}

} // namespace

named_texts digest_files(const plan& planned) {
    std::map<std::string, std::string> digests;
    for (const auto& group : planned.groups)
        for (const auto& each : group.arms)
            for (const auto& path : files_of(group, each, planned.options))
                if (!digests.contains(path)) digests[path] = digest_now(path);
    return named_texts_of(digests);
}

std::optional<std::string> library_digest(const named_texts& digests, const backend& asked) {
    for (const auto& [path, digest] : digests)
        if (path == plugin_library(asked) && digest != unreadable) return digest;
    return std::nullopt;
}

measured_files::measured_files(const named_texts& begun) {
    for (const auto& [path, digest] : begun) files_[path] = {.digest = digest, .traits = {}, .digest_now = {}};
}

std::optional<std::string> measured_files::replaced(const group& measured, const arm& shown,
                                                    const run_options& options) {
    for (const auto& path : files_of(measured, shown, options)) {
        const auto at = files_.find(path);
        if (at == files_.end()) continue;
        auto& file = at->second;
        if (auto traits = traits_of(path); traits != file.traits || traits.empty()) {
            file.traits = std::move(traits);
            file.digest_now = digest_now(path);
        }
        if (file.digest_now != file.digest)
            return fmt::format(
                "{} is another file than when the run began: its figures would be of two programs; "
                "measure again",
                path);
    }
    return std::nullopt;
}

} // namespace bench
