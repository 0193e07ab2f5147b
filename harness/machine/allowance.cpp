#include "harness/machine/allowance.hpp"

#include "harness/common/text.hpp"
#include "harness/machine/environment.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <sched.h>
#include <sys/resource.h>

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <vector>

namespace bench {
namespace {

std::optional<std::vector<int>> cpus_of(pid_t process) {
    cpu_set_t set;
    CPU_ZERO(&set);
    if (::sched_getaffinity(process, sizeof set, &set) != 0) return std::nullopt;
    std::vector<int> cpus;
    for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu)
        if (CPU_ISSET(cpu, &set)) cpus.push_back(cpu);
    return cpus;
}

std::optional<std::int64_t> nice_of(pid_t process) {
    errno = 0; // -1 is a nice value, too
    const int value = ::getpriority(PRIO_PROCESS, static_cast<id_t>(process));
    return errno == 0 ? std::optional<std::int64_t>(value) : std::nullopt;
}

std::string words_of(const std::vector<int>& cpus) {
    return fmt::format("{} CPU{} ({})", cpus.size(), cpus.size() == 1 ? "" : "s", fmt::join(cpus, ","));
}

std::string words_of(const std::optional<double>& cpu_limit) {
    return cpu_limit ? fmt::format("a quota of {:.2f} CPUs", *cpu_limit) : "no quota";
}

} // namespace

allowance allowance_of(pid_t process) {
    return {.cpus = cpus_of(process), .nice = nice_of(process), .cpu_limit = cgroup_cpu_limit()};
}

allowance narrowed(const allowance& first, const allowance& second) {
    allowance left = second;
    if (first.cpus && second.cpus) {
        left.cpus->clear();
        std::ranges::set_intersection(*first.cpus, *second.cpus, std::back_inserter(*left.cpus));
    }
    if (first.nice && second.nice) left.nice = std::max(*first.nice, *second.nice);
    return left;
}

std::optional<std::string> allowance_change(const allowance& before, const allowance& now) {
    std::vector<std::string> changes;
    if (before.cpus && now.cpus && before.cpus != now.cpus)
        changes.push_back(fmt::format("{} instead of {}", words_of(*now.cpus), words_of(*before.cpus)));
    if (before.nice && now.nice && before.nice != now.nice)
        changes.push_back(fmt::format("nice {} instead of {}", *now.nice, *before.nice));
    if (before.cpu_limit != now.cpu_limit)
        changes.push_back(fmt::format("{} instead of {}", words_of(now.cpu_limit), words_of(before.cpu_limit)));
    if (changes.empty()) return std::nullopt;
    return join(changes, " and ");
}

} // namespace bench
