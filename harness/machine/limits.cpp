#include "harness/machine/limits.hpp"

#include <fmt/format.h>

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>

namespace bench {
namespace {

/// Beside the three pipes of each cell: ours, and the three more that a start takes for a moment.
constexpr rlim_t files_beside = 64;
constexpr rlim_t files_of_cell = 3;

/// True where the soft limit is high enough now.
bool raise_to(__rlimit_resource resource, rlim_t wanted, rlimit& limit) {
    if (::getrlimit(resource, &limit) != 0 || limit.rlim_cur >= wanted) return true;
    if (limit.rlim_max < wanted) return false;
    limit.rlim_cur = wanted;
    return ::setrlimit(resource, &limit) == 0;
}

} // namespace

std::optional<problem> make_room_for_cells(std::size_t cells) {
    const auto refusal = [&](const char* counted, rlim_t wanted, rlim_t allowed, const char* remedy) {
        return problem{
            problem_code::cannot_begin, "",
            fmt::format("a group has {} arms, each a process with three pipes: that takes {} {}, and {} are "
                        "allowed",
                        cells, wanted, counted, allowed),
            fmt::format("raise `{}`, or try fewer arms at a time", remedy)};
    };
    rlimit limit{};
    const rlim_t files = files_of_cell * cells + files_beside;
    if (!raise_to(RLIMIT_NOFILE, files, limit))
        return refusal("open files", files, limit.rlim_max, "ulimit -Hn");
    // The limit counts all of the user's, and does not hold for one with every right.
    const rlim_t processes = cells + 1;
    if (::geteuid() != 0 && !raise_to(RLIMIT_NPROC, processes, limit))
        return refusal("processes", processes, limit.rlim_max, "ulimit -Hu");
    return std::nullopt;
}

} // namespace bench
