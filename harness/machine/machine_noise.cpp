#include "harness/machine/machine_noise.hpp"

#include "workloads/measure/recorder.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace bench {
namespace {

std::uint64_t cpu_of(int counted) {
    rusage used{};
    ::getrusage(counted, &used);
    const auto ns = [](const timeval& t) {
        return static_cast<std::uint64_t>(t.tv_sec) * 1'000'000'000 +
               static_cast<std::uint64_t>(t.tv_usec) * 1'000;
    };
    return ns(used.ru_utime) + ns(used.ru_stime);
}

/// `total` of the line "some avg10=... total=N" (kernel Documentation/accounting/psi.rst).
std::optional<std::uint64_t> pressure_total_us() {
    std::ifstream file("/proc/pressure/cpu");
    std::string word;
    if (!(file >> word) || word != "some") return std::nullopt;
    while (file >> word)
        if (word.starts_with("total=")) return std::stoull(word.substr(6));
    return std::nullopt;
}

struct cpu_ticks {
    std::uint64_t busy, stolen;
};

/// First line of /proc/stat: user nice system idle iowait irq softirq steal ... (proc(5)). Interrupts are left
/// out of `busy`: on a loopback benchmark they are ours, and nothing says whose they are.
std::optional<cpu_ticks> read_ticks() {
    std::ifstream file("/proc/stat");
    std::string name;
    std::uint64_t user = 0, nice = 0, system = 0, idle = 0, iowait = 0, irq = 0, softirq = 0, steal = 0;
    if (!(file >> name >> user >> nice >> system >> idle >> iowait >> irq >> softirq >> steal))
        return std::nullopt;
    return cpu_ticks{.busy = user + nice + system, .stolen = steal};
}

std::optional<std::uint64_t> value_in(const std::string& path, const std::string& key) {
    std::ifstream file(path);
    std::string name;
    std::uint64_t value = 0;
    while (file >> name >> value)
        if (name == key) return value;
    return std::nullopt;
}

std::optional<std::uint64_t> throttled_total_us() {
    const auto directory = cgroup_cpu_directory();
    if (directory.empty()) return std::nullopt;
    if (const auto us = value_in(directory + "/cpu.stat", "throttled_usec")) return us;
    if (const auto ns = value_in(directory + "/cpu.stat", "throttled_time")) return *ns / 1'000;
    return std::nullopt;
}

template <class Value>
std::optional<Value> growth(const std::optional<Value>& from, const std::optional<Value>& to) {
    if (!from || !to) return std::nullopt;
    return *to >= *from ? *to - *from : Value{0};
}

} // namespace

std::string cgroup_cpu_directory() {
    std::ifstream file("/proc/self/cgroup");
    std::string line, version_2;
    while (std::getline(file, line)) {
        const auto path = line.substr(line.rfind(':') + 1);
        if (line.starts_with("0::")) version_2 = path;
        const auto controllers = line.substr(line.find(':') + 1);
        if (!controllers.starts_with("cpu:") && !controllers.starts_with("cpu,")) continue;
        for (const char* root : {"/sys/fs/cgroup/cpu", "/sys/fs/cgroup/cpu,cpuacct"})
            if (std::filesystem::exists(root + path + "/cpu.stat")) return root + path;
    }
    const auto directory = "/sys/fs/cgroup" + version_2;
    return std::filesystem::exists(directory + "/cpu.stat") ? directory : "";
}

noise_reading noise_reading::take() {
    noise_reading now;
    now.taken_ns_ = now_ns();
    now.ours_ns_ = cpu_of(RUSAGE_SELF) + cpu_of(RUSAGE_CHILDREN);
    now.pressure_us_ = pressure_total_us();
    if (const auto ticks = read_ticks()) {
        const auto tick_ns = 1'000'000'000 / static_cast<std::uint64_t>(::sysconf(_SC_CLK_TCK));
        now.busy_ns_ = ticks->busy * tick_ns;
        now.stolen_ns_ = ticks->stolen * tick_ns;
    }
    now.throttled_us_ = throttled_total_us();
    return now;
}

noise_figures noise_reading::until(const noise_reading& later) const {
    const double wall_ns = static_cast<double>(std::max<std::uint64_t>(later.taken_ns_ - taken_ns_, 1));
    const double capacity_ns = wall_ns * static_cast<double>(::sysconf(_SC_NPROCESSORS_ONLN));
    const auto share = [](double part, double whole) { return std::clamp(part / whole, 0.0, 1.0); };
    noise_figures seen;
    if (const auto us = growth(pressure_us_, later.pressure_us_))
        seen.pressure_share = share(static_cast<double>(*us) * 1e3, wall_ns);
    if (const auto busy = growth(busy_ns_, later.busy_ns_))
        seen.foreign_share =
            share(static_cast<double>(*busy) - static_cast<double>(later.ours_ns_ - ours_ns_), capacity_ns);
    if (const auto stolen = growth(stolen_ns_, later.stolen_ns_))
        seen.stolen_share = share(static_cast<double>(*stolen), capacity_ns);
    if (const auto us = growth(throttled_us_, later.throttled_us_)) seen.throttled_ns = *us * 1'000;
    return seen;
}

} // namespace bench
