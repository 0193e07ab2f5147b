// Sessions of the Spargio backend: a warm runtime, and the scenario as its root task.
#include "backends/spargio/spargio_session.hpp"

#include "backends/spargio/scenario_runtime.hpp"
#include "backends/spargio/sessions/churn.hpp"
#include "backends/spargio/sessions/connections.hpp"
#include "backends/spargio/sessions/files.hpp"
#include "backends/spargio/sessions/streams.hpp"
#include "backends/spargio/sessions/warm_session.hpp"
#include "workloads/cases/idle.hpp"
#include "workloads/scenarios/fanout.hpp"
#include "workloads/scenarios/fork_join.hpp"
#include "workloads/scenarios/keyed_fanout.hpp"
#include "workloads/scenarios/ping_pong.hpp"

#include <functional>

namespace bench {
namespace {

static_assert(async_runtime<spargio_scenario_runtime>);

class steady_session final : public warm_session {
public:
    steady_session(const spargio::runtime_options& options, const ping_pong_shape& shape)
        : warm_session(options), shape_(shape) {}
    slice_outcome run(const slice_order& order, recorder& into) override {
        return run_root(scenarios::steady_rtt(runtime_, shape_, order, into));
    }

private:
    ping_pong_shape shape_;
};

class tasks_session final : public warm_session {
public:
    tasks_session(const spargio::runtime_options& options, const ping_pong_shape& shape)
        : warm_session(options), shape_(shape) {}
    slice_outcome run(const slice_order& order, recorder& into) override {
        return run_root(scenarios::tasks_rtt(runtime_, shape_, order, into));
    }

private:
    ping_pong_shape shape_;
};

class drain_session final : public warm_session {
public:
    drain_session(const spargio::runtime_options& options, const ping_pong_shape& shape)
        : warm_session(options), shape_(shape) {}
    slice_outcome run(const slice_order& order, recorder&) override {
        return run_root(scenarios::one_way_drain(runtime_, shape_, order));
    }

private:
    ping_pong_shape shape_;
};

class fanout_session final : public warm_session {
public:
    fanout_session(const spargio::runtime_options& options, const fanout_shape& shape)
        : warm_session(options), shape_(shape) {}
    slice_outcome run(const slice_order& order, recorder&) override {
        return run_root(scenarios::fanout(runtime_, shape_, order));
    }

private:
    fanout_shape shape_;
};

class keyed_session final : public warm_session {
public:
    keyed_session(const spargio::runtime_options& options, const keyed_shape& shape)
        : warm_session(options), shape_(shape) {
        shape_.workers = options.shards;
    }
    slice_outcome run(const slice_order& order, recorder&) override {
        return run_root(scenarios::keyed_fanout(runtime_, shape_, order));
    }

private:
    keyed_shape shape_;
};

class skynet_session final : public warm_session {
public:
    skynet_session(const spargio::runtime_options& options, const skynet_shape& shape)
        : warm_session(options), shape_(shape) {}
    slice_outcome run(const slice_order& order, recorder&) override {
        return run_root(scenarios::skynet(runtime_, shape_, order));
    }

private:
    skynet_shape shape_;
};

class fib_session final : public warm_session {
public:
    fib_session(const spargio::runtime_options& options, const fib_shape& shape)
        : warm_session(options), shape_(shape) {}
    slice_outcome run(const slice_order& order, recorder&) override {
        return run_root(scenarios::fib(runtime_, shape_, order));
    }

private:
    fib_shape shape_;
};

class idle_session final : public warm_session {
public:
    using warm_session::warm_session;
    slice_outcome run(const slice_order& order, recorder&) override { return stay_idle(order); }
};

/// Starts and stops a runtime in each iteration, by the call that an application would use; between slices
/// there is none. Like the rivals', the calling thread is one of the two workers.
class cold_session final : public session {
public:
    cold_session(const spargio::runtime_options& options, const ping_pong_shape& shape)
        : options_(options), shape_(shape) {}

    slice_outcome run(const slice_order& order, recorder& into) override {
        slice_outcome all;
        for (std::uint64_t i = 0; i < order.iterations; ++i) {
            const std::uint64_t from = order.record_latency ? now_ns() : 0;
            const slice_order once{
                .iterations = 1, .seed = order.seed + i * shape_.rounds, .record_latency = false};
            spargio_scenario_runtime fresh(options_.shards);
            slice_outcome done =
                spargio::run_on(options_, 0, [&] { return scenarios::steady_rtt(fresh, shape_, once, into); });
            all.checksum += done.checksum;
            all.thread_ids = std::move(done.thread_ids);
            if (order.record_latency) into.lane(0).record(now_ns() - from);
            ++all.operations;
        }
        return all;
    }

private:
    spargio::runtime_options options_;
    ping_pong_shape shape_;
};

using opened = std::expected<std::unique_ptr<session>, refusal>;

/// W30–W36.
bool moves_frames(const workload& what) {
    return what.name.starts_with("net/") && what.name != "net/churn" && what.name != "net/open_loop" &&
           what.name != "net/connections";
}

opened open_by_name(const workload& what, const parameters& how, const spargio::runtime_options& options,
                    stream_choices choices) {
    if (moves_frames(what)) return open_stream_session(options, stream_shape::read(what, how), choices);
    if (what.name == "net/open_loop")
        return open_open_loop_session(options, open_loop_shape::read(how), choices);
    if (what.name == "mixed/io_cpu") return open_mixed_session(options, mixed_shape::read(what, how), choices);
    if (choices != stream_choices{})
        return refuse_unsupported("the knobs 'stream_task', 'stream_receive' and 'stream_home' are for the "
                                  "workloads that move frames on connections; leave them out here");
    if (what.name == "ping_pong/steady_rtt")
        return open_session<steady_session>(options, ping_pong_shape::read(how, false));
    if (what.name == "ping_pong/tasks_rtt")
        return open_session<tasks_session>(options, ping_pong_shape::read(how, false));
    if (what.name == "ping_pong/one_way_drain")
        return open_session<drain_session>(options, ping_pong_shape::read(how, true));
    if (what.name == "ping_pong/cold_start")
        return open_session<cold_session>(options, ping_pong_shape::read(how, false));
    if (what.name == "fanout/balanced" || what.name == "fanout/skewed")
        return open_session<fanout_session>(options, fanout_shape::read(how));
    if (what.name == "fanout/hotkey_rotation")
        return open_session<keyed_session>(options, keyed_shape::read(how));
    if (what.name == "fanout/skynet") return open_session<skynet_session>(options, skynet_shape::read(how));
    if (what.name == "fanout/fib") return open_session<fib_session>(options, fib_shape::read(how));
    if (what.name.starts_with("fs/")) return open_spargio_file_session(what, how, options);
    if (what.name == "net/churn") return make_churn_session(options, churn_shape::read(how));
    if (what.name == "net/connections") return make_connections_session(options, connections_shape::read(how));
    if (what.name == "idle/park") return open_session<idle_session>(options);
    return refuse_unsupported("the Spargio backend has no session for this workload");
}

} // namespace

opened open_spargio_session(const workload& what, const parameters& how,
                            const spargio::runtime_options& options, stream_choices choices) {
    if (what.name == "harness/empty")
        return refuse_unsupported("measures the harness, which no runtime takes part in");
    try {
        return open_by_name(what, how, options, choices);
    } catch (const std::exception& error) {
        return std::unexpected(refusal{refusal::kind_type::failed, error.what()});
    }
}

} // namespace bench
