#include <spargio/detail/machine/usable_cpus.hpp>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <optional>
#include <string>
#include <thread>

#include <sched.h>

namespace spargio::detail {
namespace {

unsigned cpus_by_affinity() noexcept {
    cpu_set_t mask;
    CPU_ZERO(&mask);
    if (sched_getaffinity(0, sizeof mask, &mask) == 0) return static_cast<unsigned>(CPU_COUNT(&mask));
    return std::thread::hardware_concurrency();
}

/// Quota of the process's own cgroup (v2 only), in CPUs.
std::optional<double> cpus_by_quota() {
    std::ifstream membership("/proc/self/cgroup");
    for (std::string line; std::getline(membership, line);) {
        if (!line.starts_with("0::")) continue;
        std::ifstream limits("/sys/fs/cgroup" + line.substr(3) + "/cpu.max");
        std::string quota;
        double period_us = 0;
        if (limits >> quota >> period_us && quota != "max" && period_us > 0)
            return std::stod(quota) / period_us;
    }
    return std::nullopt;
}

} // namespace

unsigned usable_cpus() noexcept {
    unsigned usable = cpus_by_affinity();
    try {
        // Read once: the files cost more than everything else about starting a small runtime, and quotas rarely
        // change.
        static const auto quota = cpus_by_quota();
        if (quota) usable = std::min(usable, static_cast<unsigned>(std::max(1.0, std::ceil(*quota))));
    } catch (...) {
        // An unreadable cgroup file leaves the affinity mask as the answer.
    }
    return std::max(usable, 1u);
}

} // namespace spargio::detail
