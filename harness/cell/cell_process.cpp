#include "harness/cell/cell_process.hpp"

#include "harness/cell/cell_messages.hpp"
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
#include <ctime>
#include <fstream>
#include <memory>
#include <optional>
#include <variant>

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

std::size_t recorder_lanes(const parameters& values) {
    std::int64_t workers = 1;
    for (const auto& [spec, value] : values.entries())
        if (spec.name == "workers") workers = value;
    return static_cast<std::size_t>(workers) + 1;
}

/// The clock of its CPU time, of all its threads; none where there is no peer.
std::optional<clockid_t> cpu_clock_of(const std::optional<echo_peer>& peer) {
    clockid_t clock{};
    if (!peer || ::clock_getcpuclockid(peer->process(), &clock) != 0) return std::nullopt;
    return clock;
}

void send(const cell_answer& answer) { write_line(cell_answer_descriptor, line_of(answer)); }

class cell {
public:
    cell(const group& measured, double injected_slowdown, std::optional<clockid_t> peer_clock)
        : workload_(*measured.workload), values_(measured.values), slowdown_(injected_slowdown),
          peer_clock_(peer_clock), recorder_(recorder_lanes(measured.values)) {}

    /// Opens the session; the answer says so or why not.
    cell_answer open(const arm& shown) {
        if (workload_.lacks != nullptr)
            if (auto lack = workload_.lacks(values_))
                return session_refused{.kind = refusal::kind_type::unsupported, .reason = *lack};
        auto opened = shown.backend->open(workload_, values_, shown.knobs);
        if (!opened) return session_refused{.kind = opened.error().kind, .reason = opened.error().reason};
        session_ = std::move(*opened);
        return session_opened{.knobs_effective = named_texts_of(
                                  shown.backend->effective_knobs(shown.knobs).value_or(shown.knobs)),
                              .capabilities = named_texts_of(session_->capabilities())};
    }

    [[nodiscard]] bool is_open() const noexcept { return session_ != nullptr; }

    cell_answer obey(const cell_command& command) {
        note_pause_end();
        return std::visit([this](const auto& each) -> cell_answer { return run(each); }, command);
    }

    /// Call right before waiting for the next command: what is used from here on is used in the pause.
    void note_pause_begin() {
        pause_cpu_ns_ = process_cpu_ns();
        pause_began_ns_ = now_ns();
    }

private:
    void note_pause_end() {
        paused_ = {.cpu_ns = process_cpu_ns() - pause_cpu_ns_, .wall_ns = now_ns() - pause_began_ns_};
    }

    slice_figures timed(const slice_order& order) {
        recorder_.clear();
        const slice_meter meter(counters_, peer_clock_);
        const slice_outcome outcome = session_->run(order, recorder_);
        if (slowdown_ > 0) {
            const auto until_ns = static_cast<double>(meter.elapsed_ns()) * (1.0 + slowdown_);
            while (static_cast<double>(meter.elapsed_ns()) < until_ns) {
            }
        }
        auto figures = meter.finish();
        if (auto wrong = verify(workload_, values_, order, outcome)) throw wrong_answer{*wrong};
        figures.iterations = order.iterations;
        figures.operations = outcome.operations;
        return figures;
    }

    /// Finds the iteration count of a slice and runs until the rate is stable: at least two slices of full
    /// length that agree within 5 %, at most five.
    warmed_up run(const warm_command& command) {
        const auto target_ns = static_cast<double>(command.slice_ns);
        slice_order order{.iterations = 1, .seed = command.seed};
        const auto run_ns = [&] {
            ++order.seed;
            const auto wall_ns = static_cast<double>(timed(order).wall_ns);
            send(still_warming{});
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
        return {.iterations = order.iterations};
    }

    slice_measured run(const slice_command& command) {
        const slice_order order{
            .iterations = command.iterations, .seed = command.seed, .record_latency = command.latency};
        slice_measured answer{.figures = timed(order),
                              .pause = paused_,
                              .with_latency = command.latency,
                              .latency = std::nullopt};
        if (command.latency) answer.latency = latency_counts(recorder_.merged()).record();
        return answer;
    }

    session_closed run(const close_command&) {
        session_.reset();
        return {.peak_rss_bytes = peak_rss_bytes()};
    }

    const workload& workload_;
    parameters values_;
    double slowdown_;
    std::optional<clockid_t> peer_clock_;
    recorder recorder_;
    perf_counters counters_; // before the session: it counts the threads that are started after it
    std::unique_ptr<session> session_;
    std::uint64_t pause_cpu_ns_ = 0, pause_began_ns_ = 0;
    pause_figures paused_;
};

/// Descriptor 3 and 4 until the coordinator closes its end.
int converse(cell& body, const arm& shown) {
    line_reader commands(cell_command_descriptor);
    const auto answer = [](const cell_answer& said) {
        return write_line(cell_answer_descriptor, line_of(said));
    };
    try {
        if (!answer(body.open(shown)) || !body.is_open()) return exit_ok;
        for (;;) {
            body.note_pause_begin();
            const auto line = commands.next();
            if (!line) return exit_ok;
            if (!answer(body.obey(command_from_line(*line))) || !body.is_open()) return exit_ok;
        }
    } catch (const wrong_answer& wrong) {
        send(wrong_result{wrong.reason});
    } catch (const std::exception& error) {
        send(cell_error{error.what()});
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
        send(cell_error{reason});
        return exit_usage;
    };
    load_plugins_directly();
    if (const auto found = add_plugins(options.plugins)) return refuse(found->message());
    const auto shown = parse_arm(options.arm);
    if (!shown) return refuse(shown.error().message());
    const auto* known = find_workload(options.workload);
    if (known == nullptr) return refuse("there is no workload '" + options.workload + "'");
    std::vector<assignment> given;
    for (const auto& text : options.parameters) {
        const auto equals = std::min(text.find('='), text.size());
        given.emplace_back(text.substr(0, equals), text.substr(std::min(equals + 1, text.size())));
    }
    const auto made = make_group(*known, std::move(given));
    if (!made) return refuse(made.error().message());
    // Before the counters of the cell, which count everything that is started after them.
    const auto peer = echo_peer::start_for(*known, made->values);
    if (!peer) return refuse(peer.error());
    cell body(*made, options.injected_slowdown, cpu_clock_of(*peer));
    return converse(body, *shown);
}

} // namespace bench
