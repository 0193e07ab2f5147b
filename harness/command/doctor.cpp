#include "harness/command/doctor.hpp"

#include "backends/registry/registry.hpp"
#include "harness/common/exit_codes.hpp"
#include "harness/common/interrupt.hpp"
#include "harness/common/text.hpp"
#include "harness/machine/environment.hpp"
#include "harness/machine/machine_noise.hpp"
#include "harness/machine/perf_counters.hpp"
#include "harness/machine/probes.hpp"
#include "harness/machine/quiet_wait.hpp"
#include "harness/plan/plugins.hpp"

#include <fmt/format.h>

namespace bench {
namespace {

using weight = finding::weight;

std::string text_of(const json& value) {
    if (value.is_null()) return "unknown";
    return value.is_string() ? value.get<std::string>() : value.dump();
}

finding judge_cpus(const json& e) {
    const auto usable = e.at("cpus_usable").is_null() ? 0 : e.at("cpus_usable").get<int>();
    finding f{.what = fmt::format("CPUs: {} usable of {} online ({})", text_of(e.at("cpus_usable")),
                                  text_of(e.at("cpus_online")), text_of(e.at("cpu_model"))),
              .costs = "",
              .remedy = ""};
    if (usable == 1) {
        f.how = weight::fatal;
        f.costs = "two threads share one CPU: every cross-thread figure measures the kernel's scheduler";
        f.remedy = "give the process two CPUs (taskset, docker --cpuset-cpus, a larger machine)";
    }
    return f;
}

finding judge_io_uring(const json& e) {
    finding f{.what = "io_uring: " + text_of(e.at("io_uring")), .costs = "", .remedy = ""};
    if (e.at("io_uring") == "available") return f;
    f.how = weight::lacking;
    f.costs = "Spargio and every backend on io_uring can't run; the others can";
    f.remedy =
        "kernel 5.19 or newer; sysctl kernel.io_uring_disabled=0; in Docker --security-opt seccomp=unconfined";
    return f;
}

finding judge_perf(const json& e) {
    finding f{.what = fmt::format("performance counters: {} (perf_event_paranoid {})",
                                  e.at("perf_counters") == true ? "readable" : "not readable",
                                  text_of(e.at("perf_event_paranoid"))),
              .costs = "",
              .remedy = ""};
    if (e.at("perf_counters") == true) return f;
    f.how = weight::lacking;
    f.costs = "no instructions and cycles in the results; times are not affected";
    f.remedy = "sysctl kernel.perf_event_paranoid=1; most virtual machines have no counters to give";
    return f;
}

finding judge_governor(const json& e) {
    finding f{.what = "frequency governor: " + text_of(e.at("governor")), .costs = "", .remedy = ""};
    if (e.at("governor").is_null()) {
        f.what += " (not visible: a virtual machine, or fixed)";
    } else if (e.at("governor") != "performance") {
        f.how = weight::lacking;
        f.costs = "the clock rises and falls with load: arms that sleep are measured at a lower clock";
        f.remedy = "cpupower frequency-set -g performance";
    }
    return f;
}

finding judge_smt(const json& e) {
    finding f{.what = "SMT: " + text_of(e.at("smt")), .costs = "", .remedy = ""};
    if (e.at("smt") == "on") {
        f.how = weight::lacking;
        f.costs = "two workers may share one core: cross-thread times are short, work runs at half speed";
        f.remedy = "choose one CPU of each core with --cpus (lscpu -e shows cores), or boot with nosmt";
    }
    return f;
}

finding judge_quota(const json& e) {
    finding f{.what = "container CPU limit: none", .costs = "", .remedy = ""};
    if (e.at("cgroup_cpu_limit").is_null()) return f;
    const auto limit = e.at("cgroup_cpu_limit").get<double>();
    f.what = fmt::format("container CPU limit: {:.2f} CPUs", limit);
    f.how = limit < 1.0 ? weight::fatal : weight::lacking;
    f.costs = "a process that spends its quota is stopped for the rest of 100 ms: slices stretch at random";
    f.remedy = "pin with --cpuset-cpus instead of limiting with --cpus";
    return f;
}

finding judge_memlock(const json& e) {
    finding f{.what = "locked memory limit: " + (e.at("memlock_limit_bytes").is_null()
                                                     ? std::string("none")
                                                     : e.at("memlock_limit_bytes").dump() + " bytes"),
              .costs = "",
              .remedy = ""};
    if (!e.at("memlock_limit_bytes").is_null() && e.at("memlock_limit_bytes").get<std::int64_t>() < 8'388'608) {
        f.how = weight::lacking;
        f.costs = "rings may not open (ENOMEM)";
        f.remedy = "ulimit -l 65536, or LimitMEMLOCK= of the service";
    }
    return f;
}

finding judge_clock(const json& e) {
    finding f{.what = "clock source: " + text_of(e.at("clock_source")), .costs = "", .remedy = ""};
    const auto source = text_of(e.at("clock_source"));
    if (source == "hpet" || source == "acpi_pm" || source == "jiffies") {
        f.how = weight::lacking;
        f.costs =
            "reading the clock takes microseconds: latencies are worthless, times per slice are not affected";
        f.remedy = "boot with tsc=reliable, or another hypervisor clock";
    }
    return f;
}

void print(const finding& f) {
    static constexpr const char* marks[] = {"ok     ", "lacking", "FATAL  "};
    fmt::print("{}  {}\n", marks[static_cast<std::size_t>(f.how)], f.what);
    if (f.how != weight::good) fmt::print("           costs: {}\n           remedy: {}\n", f.costs, f.remedy);
}

std::string percent(const std::optional<double>& share) {
    return share ? fmt::format("{:.1f} %", 100 * *share) : "unknown";
}

finding sample_noise() {
    const auto before = noise_reading::take();
    interrupt::sleep_ns(1'000'000'000);
    const auto seen = before.until(noise_reading::take());
    finding f{.what = fmt::format("neighbours over one second: foreign CPU {}, CPU pressure {}, stolen {}",
                                  percent(seen.foreign_share), percent(seen.pressure_share),
                                  percent(seen.stolen_share)),
              .costs = "",
              .remedy = ""};
    if (seen.foreign_share.value_or(0) <= quiet_foreign_share / 4 && seen.pressure_share.value_or(0) < 0.05)
        return f;
    f.how = weight::lacking;
    f.costs = "wider intervals; blocks wait for quiet, and the noisiest are dropped";
    f.remedy = "stop what else runs here";
    return f;
}

finding judge_probes() {
    const auto taken = take_probes();
    const auto text = [](const std::optional<std::uint64_t>& ns) {
        return ns ? format_ns(static_cast<double>(*ns)) : std::string("none");
    };
    finding f{.what = fmt::format("between two CPUs: cache line {}, blocking eventfd {}",
                                  text(taken.cache_line_ns), text(taken.eventfd_ns)),
              .costs = "",
              .remedy = ""};
    if (taken.cache_line_ns.value_or(0) < 200) return f;
    f.how = weight::lacking;
    f.costs =
        "the CPUs are far apart now: cross-thread times are up to ten times those of near CPUs, ratios hold "
        "less well; a virtual machine may flip at any time";
    f.remedy = "choose CPUs of one core complex with --cpus; in a virtual machine only patience";
    return f;
}

} // namespace

std::vector<finding> judge_environment(const json& e) {
    const bool old_kernel = e.at("kernel").is_null();
    return {
        {.how = old_kernel ? weight::lacking : weight::good,
         .what = fmt::format("kernel: {} on {}{}", text_of(e.at("kernel")), text_of(e.at("architecture")),
                             e.at("virtualization").is_null() ? "" : ", " + text_of(e.at("virtualization"))),
         .costs = old_kernel ? "unknown kernel: results can't be placed" : "",
         .remedy = old_kernel ? "mount /proc and allow uname" : ""},
        judge_cpus(e),
        judge_io_uring(e),
        judge_perf(e),
        judge_governor(e),
        judge_smt(e),
        judge_quota(e),
        judge_memlock(e),
        judge_clock(e)};
}

namespace {

/// Each plugin that was asked about, and each backend that cannot run here.
std::vector<finding> judge_backends(const std::vector<std::string>& plugins) {
    std::vector<finding> findings;
    for (const auto& path : plugins)
        if (auto problem = add_plugins({&path, 1}))
            findings.push_back({.how = weight::fatal,
                                .what = "plugin: " + *problem,
                                .costs = "no run with this --plugin can begin",
                                .remedy = "mend it as said, or leave it away"});
    for (const auto* b : all_backends()) {
        if (const auto lack = b->lack())
            findings.push_back(
                {.how = weight::lacking,
                 .what = fmt::format("backend {}: unavailable", b->name()),
                 .costs = "its cases stand in results as unavailable, and no ratio is against it",
                 .remedy = *lack});
        else if (!b->origin().empty())
            findings.push_back({.what = fmt::format("plugin {}: {}, {}", b->origin(), b->name(), b->version()),
                                .costs = "",
                                .remedy = ""});
    }
    return findings;
}

} // namespace

int run_doctor(const std::vector<std::string>& plugins) {
    auto findings = judge_environment(read_environment());
    for (auto& one : judge_backends(plugins)) findings.push_back(std::move(one));
    findings.push_back(sample_noise());
    findings.push_back(judge_probes());
    int code = exit_ok;
    for (const auto& f : findings) {
        print(f);
        if (f.how == weight::fatal) code = exit_invalid;
    }
    return code;
}

} // namespace bench
