#include "harness/cell/cell_process.hpp"

#include "harness/cell/slice_meter.hpp"
#include "harness/common/exit_codes.hpp"
#include "harness/common/line_pipe.hpp"
#include "harness/plan/arm.hpp"
#include "harness/plan/plan.hpp"
#include "harness/plan/plugins.hpp"
#include "harness/record/latency_counts.hpp"
#include "workloads/cases/all_workloads.hpp"
#include "workloads/peer/echo_peer.hpp"
#include "workloads/plugin/plugin_backend.hpp"

#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <memory>

namespace bench {
namespace {

/// Thrown when an answer is not the right one: the case is invalid, whatever its speed.
struct wrong_answer {
    std::string reason;
};

std::uint64_t peak_rss_bytes() {
    // VmHWM, because ru_maxrss still holds the peak of the parent from before exec.
    std::ifstream file("/proc/self/status");
    std::string word;
    std::uint64_t kibibytes = 0;
    while (file >> word)
        if (word == "VmHWM:" && file >> kibibytes) break;
    return kibibytes * 1024;
}

std::size_t recorder_lanes(const parameters& how) {
    std::int64_t workers = 1;
    for (const auto& [spec, value] : how.entries())
        if (spec.name == "workers") workers = value;
    return static_cast<std::size_t>(workers) + 1;
}

class cell {
public:
    cell(const group& what, double injected_slowdown)
        : what_(*what.what), how_(what.how), slowdown_(injected_slowdown), recorder_(recorder_lanes(what.how)) {
    }

    /// Opens the session; the answer says so or why not.
    json open(const arm& with) {
        if (what_.lacks != nullptr)
            if (auto lack = what_.lacks(how_))
                return {{"is", "refused"}, {"kind", "unsupported"}, {"reason", *lack}};
        auto opened = with.backend->open(what_, how_, with.knobs);
        if (!opened) {
            static constexpr const char* kinds[] = {"unsupported", "unavailable", "bad_knob", "failed"};
            return {{"is", "refused"},
                    {"kind", kinds[static_cast<std::size_t>(opened.error().kind)]},
                    {"reason", opened.error().reason}};
        }
        session_ = std::move(*opened);
        return {{"is", "open"},
                {"knobs_effective", with.backend->effective_knobs(with.knobs).value_or(with.knobs)},
                {"capabilities", session_->capabilities()}};
    }

    [[nodiscard]] bool is_open() const noexcept { return session_ != nullptr; }

    json obey(const json& command) {
        note_pause_end();
        const auto what = command.at("do").get<std::string>();
        json answer = what == "warm" ? warm(command) : what == "slice" ? slice(command) : close();
        return answer;
    }

    /// Call right before waiting for the next command: what is used from here on is used in the pause.
    void note_pause_begin() {
        pause_cpu_ns_ = process_cpu_ns();
        pause_began_ns_ = now_ns();
    }

private:
    void note_pause_end() {
        paused_cpu_ns_ = process_cpu_ns() - pause_cpu_ns_;
        paused_wall_ns_ = now_ns() - pause_began_ns_;
    }

    json timed(const slice_order& order) {
        recorder_.clear();
        const slice_meter meter(counters_);
        const slice_outcome outcome = session_->run(order, recorder_);
        if (slowdown_ > 0) {
            const auto until_ns = static_cast<double>(meter.elapsed_ns()) * (1.0 + slowdown_);
            while (static_cast<double>(meter.elapsed_ns()) < until_ns) {
            }
        }
        const json measured = meter.finish();
        if (auto wrong = verify(what_, how_, order, outcome)) throw wrong_answer{*wrong};
        json figures{{"iterations", order.iterations}, {"operations", outcome.operations}};
        figures.update(measured);
        return figures;
    }

    /// Finds the iteration count of a slice and runs until the rate is stable: at least two slices of full
    /// length that agree within 5 %, at most five.
    json warm(const json& command) {
        const double target_ns = command.at("slice_ns").get<double>();
        slice_order order{.iterations = 1, .seed = command.at("seed").get<std::uint64_t>()};
        const auto run_ns = [&] {
            ++order.seed;
            const double wall_ns = timed(order).at("wall_ns").get<double>();
            write_line(cell_answer_descriptor, one_line({{"is", "warming"}}));
            return std::max(wall_ns, 1.0);
        };
        double last_ns = run_ns();
        // From a short slice only a factor of ten is trusted: the first operations are cold.
        while (last_ns < target_ns / 2) {
            const double wanted = static_cast<double>(order.iterations) * std::min(10.0, target_ns / last_ns);
            order.iterations = std::max(order.iterations + 1, static_cast<std::uint64_t>(wanted));
            last_ns = run_ns();
        }
        for (int slice = 0; slice < 4; ++slice) {
            const double per_iteration_ns = last_ns / static_cast<double>(order.iterations);
            order.iterations =
                std::max<std::uint64_t>(1, static_cast<std::uint64_t>(target_ns / per_iteration_ns));
            last_ns = run_ns();
            const double now_per_iteration_ns = last_ns / static_cast<double>(order.iterations);
            const double change = now_per_iteration_ns / per_iteration_ns;
            if (change > 0.95 && change < 1.05) break;
        }
        return {{"is", "warm"}, {"iterations", order.iterations}};
    }

    json slice(const json& command) {
        const slice_order order{.iterations = command.at("iterations").get<std::uint64_t>(),
                                .seed = command.at("seed").get<std::uint64_t>(),
                                .record_latency = command.at("latency").get<bool>()};
        const json figures = timed(order);
        json answer{{"is", "slice"},
                    {"slice", figures},
                    {"paused_cpu_ns", paused_cpu_ns_},
                    {"paused_wall_ns", paused_wall_ns_}};
        if (order.record_latency) answer["latency"] = latency_counts(recorder_.merged()).to_json();
        return answer;
    }

    json close() {
        session_.reset();
        return {{"is", "closed"}, {"peak_rss_bytes", peak_rss_bytes()}};
    }

    const workload& what_;
    parameters how_;
    double slowdown_;
    recorder recorder_;
    perf_counters counters_; // before the session: it counts the threads that are started after it
    std::unique_ptr<session> session_;
    std::uint64_t pause_cpu_ns_ = 0, pause_began_ns_ = 0;
    std::uint64_t paused_cpu_ns_ = 0, paused_wall_ns_ = 0;
};

/// Descriptor 3 and 4 until the coordinator closes its end.
int converse(cell& with, const arm& backend) {
    line_reader commands(cell_command_descriptor);
    const auto answer = [](const json& document) {
        return write_line(cell_answer_descriptor, one_line(document));
    };
    try {
        if (!answer(with.open(backend)) || !with.is_open()) return exit_ok;
        for (;;) {
            with.note_pause_begin();
            const auto line = commands.next();
            if (!line) return exit_ok;
            if (!answer(with.obey(json::parse(*line))) || !with.is_open()) return exit_ok;
        }
    } catch (const wrong_answer& wrong) {
        answer({{"is", "wrong"}, {"reason", wrong.reason}});
    } catch (const std::exception& error) {
        answer({{"is", "failed"}, {"reason", error.what()}});
    }
    return exit_invalid;
}

void die_with(int parent) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    // It may have died before the line above.
    if (parent != 0 && ::getppid() != parent) std::_Exit(exit_interrupted);
}

} // namespace

int run_cell(const cell_options& options) {
    die_with(options.parent);
    // libuv and Tokio write to sockets as to any file and leave this to the program: a peer that has gone is
    // then an error of theirs, and not the end of the cell.
    ::signal(SIGPIPE, SIG_IGN);
    const auto refuse = [](const std::string& reason) {
        write_line(cell_answer_descriptor, one_line({{"is", "failed"}, {"reason", reason}}));
        return exit_usage;
    };
    load_plugins_directly();
    if (auto problem = add_plugins(options.plugins)) return refuse(*problem);
    const auto with = parse_arm(options.arm);
    if (!with) return refuse(with.error());
    const auto* what = find_workload(options.workload);
    if (what == nullptr) return refuse("there is no workload '" + options.workload + "'");
    std::vector<assignment> given;
    for (const auto& text : options.parameters) {
        const auto equals = std::min(text.find('='), text.size());
        given.emplace_back(text.substr(0, equals), text.substr(std::min(equals + 1, text.size())));
    }
    const auto made = make_group(*what, std::move(given));
    if (!made) return refuse(made.error());
    // Before the counters of the cell, which count everything that is started after them.
    const auto peer = echo_peer::start_for(*what, made->how);
    if (!peer) return refuse(peer.error());
    cell body(*made, options.injected_slowdown);
    return converse(body, *with);
}

} // namespace bench
