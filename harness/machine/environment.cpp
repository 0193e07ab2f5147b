#include "harness/machine/environment.hpp"

#include "harness/machine/allowance.hpp"
#include "harness/machine/machine_noise.hpp"
#include "harness/machine/perf_counters.hpp"
#include "workloads/ground/io_uring_lack.hpp"

#include <fmt/format.h>

#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace bench {
namespace {

/// Value of the first `key : value` line of /proc/cpuinfo with one of the keys that architectures use.
std::optional<std::string> cpu_model() {
    std::ifstream file("/proc/cpuinfo");
    for (std::string line; std::getline(file, line);)
        for (const std::string_view key : {"model name", "Model", "cpu model", "uarch", "cpu\t"})
            if (line.starts_with(key))
                if (const auto colon = line.find(": "); colon != std::string::npos)
                    return line.substr(colon + 2);
    return std::nullopt;
}

std::optional<named_texts> mitigations() {
    named_texts all;
    std::error_code error;
    for (const auto& entry :
         std::filesystem::directory_iterator("/sys/devices/system/cpu/vulnerabilities", error))
        if (const auto line = first_line(entry.path()))
            all.emplace_back(entry.path().filename().string(), *line);
    if (all.empty()) return std::nullopt;
    return all;
}

/// "docker", "kvm (Vendor Product)": what can be seen from inside.
std::optional<std::string> virtualization() {
    std::string seen;
    if (std::filesystem::exists("/.dockerenv"))
        seen = "docker container";
    else if (std::filesystem::exists("/run/.containerenv"))
        seen = "podman container";
    std::ifstream file("/proc/cpuinfo");
    for (std::string line; std::getline(file, line);) {
        if (!line.starts_with("flags")) continue;
        if (line.contains(" hypervisor")) seen += seen.empty() ? "virtual machine" : ", virtual machine";
        break;
    }
    if (const auto product = first_line("/sys/class/dmi/id/product_name")) seen += " (" + *product + ")";
    return seen.empty() ? std::nullopt : std::optional(seen);
}

std::optional<std::int64_t> memlock_limit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_MEMLOCK, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return std::nullopt;
    return static_cast<std::int64_t>(limit.rlim_cur);
}

std::optional<int> number_in(const std::string& path) {
    const auto line = first_line(path);
    if (!line) return std::nullopt;
    int value = 0;
    return std::istringstream(*line) >> value ? std::optional(value) : std::nullopt;
}

} // namespace

std::optional<std::string> first_line(const std::string& path) {
    std::ifstream file(path);
    std::string line;
    if (!std::getline(file, line) || line.empty()) return std::nullopt;
    return line;
}

std::optional<double> cgroup_cpu_limit() {
    const auto directory = cgroup_cpu_directory();
    double quota = 0, period = 0;
    if (const auto line = first_line(directory + "/cpu.max")) {
        if (std::istringstream(*line) >> quota >> period && period > 0) return quota / period;
        return std::nullopt;
    }
    const auto quota_line = first_line(directory + "/cpu.cfs_quota_us");
    const auto period_line = first_line(directory + "/cpu.cfs_period_us");
    if (!quota_line || !period_line) return std::nullopt;
    quota = std::stod(*quota_line);
    period = std::stod(*period_line);
    if (quota <= 0 || period <= 0) return std::nullopt;
    return quota / period;
}

std::string probe_io_uring() { return io_uring_lack().value_or("available"); }

std::optional<field_difference> machine_difference(const environment_record& one,
                                                   const environment_record& other) {
    if (auto found = compare_field("kernel", or_null(one.kernel), or_null(other.kernel))) return found;
    if (auto found = compare_field("cpu_model", or_null(one.cpu_model), or_null(other.cpu_model))) return found;
    return compare_field("cpus_online", or_null(one.cpus_online), or_null(other.cpus_online));
}

environment_record read_environment() {
    utsname name{};
    const bool named = ::uname(&name) == 0;
    const auto pages = ::sysconf(_SC_PHYS_PAGES);
    const auto own = allowance_of(0);
    const auto& cpus = own.cpus;
    environment_record seen;
    if (named) seen.kernel = name.release;
    if (named) seen.architecture = name.machine;
    seen.cpu_model = cpu_model();
    if (cpus) seen.cpus_usable = static_cast<std::int64_t>(cpus->size());
    seen.cpus_online = ::sysconf(_SC_NPROCESSORS_ONLN);
    seen.affinity = cpus;
    if (pages > 0) seen.memory_bytes = pages * ::sysconf(_SC_PAGESIZE);
    seen.cgroup_cpu_limit = own.cpu_limit;
    seen.clock_source = first_line("/sys/devices/system/clocksource/clocksource0/current_clocksource");
    seen.smt = first_line("/sys/devices/system/cpu/smt/control");
    seen.governor = first_line("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor");
    seen.mitigations = mitigations();
    seen.io_uring = probe_io_uring();
    seen.perf_counters = perf_counters().problem().empty();
    seen.perf_event_paranoid = number_in("/proc/sys/kernel/perf_event_paranoid");
    seen.virtualization = virtualization();
    seen.memlock_limit_bytes = memlock_limit();
    seen.nice = own.nice;
    return seen;
}

} // namespace bench
