#include "backends/threads/threads_backend.hpp"

#include "backends/threads/job_thread.hpp"
#include "backends/threads/sessions.hpp"
#include "workloads/cases/scenario.hpp"
#include "workloads/ground/idle_session.hpp"

#include <deque>
#include <string>
#include <system_error>

namespace bench {
namespace plain_threads {
namespace {

/// Answers for each scenario.
struct opener {
    bool exact; ///< the knob timers

    /// Without a runtime a task is a thread, and so both are the same.
    opened_session operator()(const steady_rtt& shape) const { return make_round_trips(shape); }
    opened_session operator()(const tasks_rtt& shape) const { return make_round_trips(shape); }
    opened_session operator()(const cold_start& shape) const { return make_cold_start(shape); }
    opened_session operator()(const one_way_drain& shape) const { return make_one_way_drain(shape); }
    opened_session operator()(const fanout_shape& shape) const { return make_fanout(shape); }
    opened_session operator()(const keyed_shape& shape) const { return make_keyed_fanout(shape); }
    opened_session operator()(const skynet_shape& shape) const { return make_skynet(shape); }
    opened_session operator()(const fib_shape& shape) const { return make_fib(shape); }
    opened_session operator()(const file_shape& shape) const { return open_data_session(shape); }
    opened_session operator()(const storm_shape& shape) const { return make_storm(shape); }
    opened_session operator()(const stream_shape& shape) const { return make_streams(shape); }
    opened_session operator()(const churn_shape& shape) const { return make_churn(shape); }
    opened_session operator()(const open_loop_shape& shape) const { return make_open_loop(shape, exact); }
    template <is_served Shape>
    opened_session operator()(const Shape& shape) const {
        return make_serve(shape, answering_of(shape));
    }
    opened_session operator()(const mixed_shape& shape) const { return open_mixed_session(shape); }
    opened_session operator()(const idle_park& shape) const {
        return open_session<idle_session<std::deque<job_thread>>>(shape.workers);
    }
    opened_session operator()(const empty_slice&) const { return refuse_empty_slice(); }

    /// As many connections as the machine has threads for.
    opened_session operator()(const connections_shape& shape) const try {
        return make_connections(shape);
    } catch (const std::system_error& error) {
        if (error.code() != std::errc::resource_unavailable_try_again) throw;
        return std::unexpected(refusal{refusal::kind_type::unavailable,
                                       "this machine has no threads for " + std::to_string(shape.connections) +
                                           " connections: look at `ulimit -u`, pids.max of the cgroup and "
                                           "vm.max_map_count, or ask for fewer (-p connections=N)"});
    }
};

class threads_backend final : public backend {
public:
    std::string_view name() const override { return "threads"; }
    backend_kind kind() const override { return backend_kind::rival; }
    backend_class standing() const override { return backend_class::specialist; }
    std::optional<wait_manner> waits(const knob_values&) const override { return wait_manner::sleeps; }
    std::string version() const override {
#if defined(_GLIBCXX_RELEASE)
        return "libstdc++ " + std::to_string(_GLIBCXX_RELEASE);
#else
        return "the compiler's standard library";
#endif
    }
    std::string_view summary() const override {
        return "std::thread, mutex and condition variable: what one writes without a runtime";
    }

    std::vector<knob_spec> knobs() const override {
        return {{"timers", "own", "own, exact", "",
                 "how late the kernel may wake a sender of net/open_loop: 50 us, as it does by default, or no "
                 "later "
                 "than it can (PR_SET_TIMERSLACK)"}};
    }
    std::expected<knob_values, std::string> effective_knobs(const knob_values& given) const override {
        auto knobs = backend::effective_knobs(given);
        if (!knobs) return knobs;
        if (const auto& timers = knobs->at("timers"); timers != "own" && timers != "exact")
            return std::unexpected("knob timers=" + timers + " is not legal; it takes own, exact");
        return knobs;
    }

    opened_session open(const workload& asked, const parameters& values, const knob_values& given) override
        try {
        const auto knobs = effective_knobs(given);
        if (!knobs) return std::unexpected(refusal{refusal::kind_type::bad_knob, knobs.error()});
        const bool exact = knobs->at("timers") == "exact";
        const scenario wanted = asked.read(values);
        if (exact && !std::holds_alternative<open_loop_shape>(wanted))
            return refuse_unsupported(
                "the knob timers says how late a sender of net/open_loop may be woken, and " +
                std::string(asked.name) + " has none; leave it at own");
        return std::visit(opener{exact}, wanted);
    } catch (const std::exception& error) {
        return std::unexpected(refusal{refusal::kind_type::failed, error.what()});
    }
};

} // namespace
} // namespace plain_threads

backend& threads_backend() {
    static plain_threads::threads_backend instance;
    return instance;
}

} // namespace bench
