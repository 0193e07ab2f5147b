#include "harness/command/doctor.hpp"

#include "backends/registry/registry.hpp"
#include "harness/common/exit_codes.hpp"
#include "harness/common/interrupt.hpp"
#include "harness/common/output.hpp"
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

template <class Value>
std::string text_of(const std::optional<Value>& value) {
    return value ? fmt::format("{}", *value) : "unknown";
}

finding judge_cpus(const environment_record& seen) {
    const auto usable = seen.cpus_usable.value_or(0);
    finding f{.text = fmt::format("CPUs: {} usable of {} online ({})", text_of(seen.cpus_usable),
                                  text_of(seen.cpus_online), text_of(seen.cpu_model)),
              .costs = "",
              .remedy = ""};
    if (usable == 1) {
        f.severity = weight::fatal;
        f.costs = "two threads share one CPU: every cross-thread figure measures the kernel's scheduler";
        f.remedy = "give the process two CPUs (taskset, docker --cpuset-cpus, a larger machine)";
    }
    return f;
}

finding judge_io_uring(const environment_record& seen) {
    finding f{.text = "io_uring: " + text_of(seen.io_uring), .costs = "", .remedy = ""};
    if (seen.io_uring == "available") return f;
    f.severity = weight::lacking;
    f.costs = "Spargio and every backend on io_uring can't run; the others can";
    f.remedy =
        "kernel 5.19 or newer; sysctl kernel.io_uring_disabled=0; in Docker --security-opt seccomp=unconfined";
    return f;
}

finding judge_perf(const environment_record& seen) {
    finding f{.text = fmt::format("performance counters: {} (perf_event_paranoid {})",
                                  seen.perf_counters == true ? "readable" : "not readable",
                                  text_of(seen.perf_event_paranoid)),
              .costs = "",
              .remedy = ""};
    if (seen.perf_counters == true) return f;
    f.severity = weight::lacking;
    f.costs = "no instructions and cycles in the results; times are not affected";
    f.remedy = "sysctl kernel.perf_event_paranoid=1; most virtual machines have no counters to give";
    return f;
}

finding judge_governor(const environment_record& seen) {
    finding f{.text = "frequency governor: " + text_of(seen.governor), .costs = "", .remedy = ""};
    if (!seen.governor) {
        f.text += " (not visible: a virtual machine, or fixed)";
    } else if (seen.governor != "performance") {
        f.severity = weight::lacking;
        f.costs = "the clock rises and falls with load: arms that sleep are measured at a lower clock";
        f.remedy = "cpupower frequency-set -g performance";
    }
    return f;
}

finding judge_smt(const environment_record& seen) {
    finding f{.text = "SMT: " + text_of(seen.smt), .costs = "", .remedy = ""};
    if (seen.smt == "on") {
        f.severity = weight::lacking;
        f.costs = "two workers may share one core: cross-thread times are short, work runs at half speed";
        f.remedy = "choose one CPU of each core with --cpus (lscpu -e shows cores), or boot with nosmt";
    }
    return f;
}

finding judge_quota(const environment_record& seen) {
    finding f{.text = "container CPU limit: none", .costs = "", .remedy = ""};
    if (!seen.cgroup_cpu_limit) return f;
    const auto limit = *seen.cgroup_cpu_limit;
    f.text = fmt::format("container CPU limit: {:.2f} CPUs", limit);
    f.severity = limit < 1.0 ? weight::fatal : weight::lacking;
    f.costs = "a process that spends its quota is stopped for the rest of 100 ms: slices stretch at random";
    f.remedy = "pin with --cpuset-cpus instead of limiting with --cpus";
    return f;
}

finding judge_memlock(const environment_record& seen) {
    finding f{.text = "locked memory limit: " + (!seen.memlock_limit_bytes
                                                     ? std::string("none")
                                                     : text_of(seen.memlock_limit_bytes) + " bytes"),
              .costs = "",
              .remedy = ""};
    if (seen.memlock_limit_bytes && *seen.memlock_limit_bytes < 8'388'608) {
        f.severity = weight::lacking;
        f.costs = "rings may not open (ENOMEM)";
        f.remedy = "ulimit -l 65536, or LimitMEMLOCK= of the service";
    }
    return f;
}

finding judge_clock(const environment_record& seen) {
    finding f{.text = "clock source: " + text_of(seen.clock_source), .costs = "", .remedy = ""};
    const auto source = text_of(seen.clock_source);
    if (source == "hpet" || source == "acpi_pm" || source == "jiffies") {
        f.severity = weight::lacking;
        f.costs =
            "reading the clock takes microseconds: latencies are worthless, times per slice are not affected";
        f.remedy = "boot with tsc=reliable, or another hypervisor clock";
    }
    return f;
}

void print(const finding& f) {
    static constexpr const char* marks[] = {"ok     ", "lacking", "FATAL  "};
    say("{}  {}\n", marks[static_cast<std::size_t>(f.severity)], f.text);
    if (f.severity != weight::good) say("           costs: {}\n           remedy: {}\n", f.costs, f.remedy);
}

std::string percent(const std::optional<double>& share) {
    return share ? fmt::format("{:.1f} %", 100 * *share) : "unknown";
}

finding sample_noise() {
    const auto before = noise_reading::take();
    interrupt::sleep_ns(1'000'000'000);
    const auto seen = before.until(noise_reading::take());
    finding f{.text = fmt::format("neighbours over one second: foreign CPU {}, CPU pressure {}, stolen {}",
                                  percent(seen.foreign_share), percent(seen.pressure_share),
                                  percent(seen.stolen_share)),
              .costs = "",
              .remedy = ""};
    if (seen.foreign_share.value_or(0) <= quiet_foreign_share / 4 && seen.pressure_share.value_or(0) < 0.05)
        return f;
    f.severity = weight::lacking;
    f.costs = "wider intervals; blocks wait for quiet, and the noisiest are dropped";
    f.remedy = "stop what else runs here";
    return f;
}

finding judge_probes() {
    const auto taken = take_probes();
    const auto text = [](const std::optional<std::uint64_t>& ns) {
        return ns ? format_ns(static_cast<double>(*ns)) : std::string("none");
    };
    finding f{.text = fmt::format("between two CPUs: cache line {}, blocking eventfd {}",
                                  text(taken.cache_line_ns), text(taken.eventfd_ns)),
              .costs = "",
              .remedy = ""};
    if (taken.cache_line_ns.value_or(0) < 200) return f;
    f.severity = weight::lacking;
    f.costs =
        "the CPUs are far apart now: cross-thread times are up to ten times those of near CPUs, ratios hold "
        "less well; a virtual machine may flip at any time";
    f.remedy = "choose CPUs of one core complex with --cpus; in a virtual machine only patience";
    return f;
}

} // namespace

std::vector<finding> judge_environment(const environment_record& seen) {
    const bool old_kernel = !seen.kernel;
    return {{.severity = old_kernel ? weight::lacking : weight::good,
             .text = fmt::format("kernel: {} on {}{}", text_of(seen.kernel), text_of(seen.architecture),
                                 !seen.virtualization ? "" : ", " + text_of(seen.virtualization)),
             .costs = old_kernel ? "unknown kernel: results can't be placed" : "",
             .remedy = old_kernel ? "mount /proc and allow uname" : ""},
            judge_cpus(seen),
            judge_io_uring(seen),
            judge_perf(seen),
            judge_governor(seen),
            judge_smt(seen),
            judge_quota(seen),
            judge_memlock(seen),
            judge_clock(seen)};
}

namespace {

/// Each plugin that was asked about, and each backend that cannot run here.
std::vector<finding> judge_backends(const std::vector<std::string>& plugins) {
    std::vector<finding> findings;
    for (const auto& path : plugins)
        if (const auto found = add_plugins({&path, 1}))
            findings.push_back({.severity = weight::fatal,
                                .text = "plugin: " + found->message(),
                                .costs = "no run with this --plugin can begin",
                                .remedy = "mend it as said, or leave it away"});
    for (const auto* b : all_backends()) {
        if (const auto lack = b->lack())
            findings.push_back(
                {.severity = weight::lacking,
                 .text = fmt::format("backend {}: unavailable", b->name()),
                 .costs = "its cases stand in results as unavailable, and no ratio is against it",
                 .remedy = *lack});
        else if (!b->origin().empty())
            findings.push_back({.text = fmt::format("plugin {}: {}, {}", b->origin(), b->name(), b->version()),
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
        if (f.severity == weight::fatal) code = exit_invalid;
    }
    return code;
}

} // namespace bench
