#include "backends/threads/threads_backend.hpp"

#include "backends/threads/job_thread.hpp"
#include "backends/threads/sessions.hpp"
#include "workloads/cases/idle.hpp"

#include <deque>
#include <string>
#include <system_error>

namespace bench {
namespace plain_threads {
namespace {

class idle_session final : public session {
public:
    explicit idle_session(std::size_t workers) : threads_(workers) {}
    slice_outcome run(const slice_order& order, recorder&) override { return stay_idle(order); }

private:
    std::deque<job_thread> threads_;
};

class threads_backend final : public backend {
public:
    std::string_view name() const override { return "threads"; }
    backend_kind kind() const override { return backend_kind::rival; }
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

    std::expected<std::unique_ptr<session>, refusal> open(const workload& what, const parameters& how,
                                                          const knob_values& given) override try {
        const auto knobs = effective_knobs(given);
        if (!knobs) return std::unexpected(refusal{refusal::kind_type::bad_knob, knobs.error()});
        const bool exact = knobs->at("timers") == "exact";
        if (exact && what.name != "net/open_loop")
            return refuse_unsupported(
                "the knob timers says how late a sender of net/open_loop may be woken, and " +
                std::string(what.name) + " has none; leave it at own");
        if (what.name == "ping_pong/steady_rtt" || what.name == "ping_pong/tasks_rtt")
            return make_round_trips(ping_pong_shape::read(how, false));
        if (what.name == "ping_pong/cold_start") return make_cold_start(ping_pong_shape::read(how, false));
        if (what.name == "ping_pong/one_way_drain") return make_one_way_drain(ping_pong_shape::read(how, true));
        if (what.name == "fanout/balanced" || what.name == "fanout/skewed")
            return make_fanout(fanout_shape::read(how));
        if (what.name == "fanout/hotkey_rotation") return make_keyed_fanout(keyed_shape::read(how));
        if (what.name == "fanout/skynet") return make_skynet(skynet_shape::read(how));
        if (what.name == "fanout/fib") return make_fib(fib_shape::read(how));
        if (what.name.starts_with("fs/")) return open_file_session(what, how);
        if (what.name == "idle/park")
            return open_session<idle_session>(static_cast<std::size_t>(how["workers"]));
        if (what.name == "harness/empty")
            return refuse_unsupported(
                "the empty workload shows the harness's own cost, which the floor measures; no "
                "runtime takes part in it");
        if (what.name == "net/open_loop") return make_open_loop(open_loop_shape::read(how), exact);
        if (what.name == "net/connections") return open_connections(connections_shape::read(how));
        if (what.name == "net/churn") return make_churn(churn_shape::read(how));
        if (what.name == "mixed/io_cpu") return open_mixed_session(mixed_shape::read(what, how));
        if (what.name.starts_with("net/")) return make_streams(stream_shape::read(what, how));
        return refuse_unsupported("the threads backend has no form of " + std::string(what.name) + " yet");
    } catch (const std::exception& error) {
        return std::unexpected(refusal{refusal::kind_type::failed, error.what()});
    }

private:
    /// As many connections as the machine has threads for.
    static std::expected<std::unique_ptr<session>, refusal>
    open_connections(const connections_shape& shape) try {
        return make_connections(shape);
    } catch (const std::system_error& error) {
        if (error.code() != std::errc::resource_unavailable_try_again) throw;
        return std::unexpected(refusal{refusal::kind_type::unavailable,
                                       "this machine has no threads for " + std::to_string(shape.connections) +
                                           " connections: look at `ulimit -u`, pids.max of the cgroup and "
                                           "vm.max_map_count, or ask for fewer (-p connections=N)"});
    }
};

} // namespace
} // namespace plain_threads

backend& threads_backend() {
    static plain_threads::threads_backend instance;
    return instance;
}

} // namespace bench
