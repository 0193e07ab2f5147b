// W10–W12 on Spargio: the shared scenarios, and its own way to start and stop.
#include "workloads/scenarios/ping_pong.hpp"
#include "backends/spargio/sessions.hpp"
#include "backends/spargio/sessions/warm_session.hpp"
#include "workloads/ground/cold_starts.hpp"

namespace bench::on_spargio {
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

/// Starts and stops a runtime in each iteration, by the call that an application would use; between slices
/// there is none. Like the rivals', the calling thread is one of the two workers.
class cold_session final : public session {
public:
    cold_session(const spargio::runtime_options& options, const ping_pong_shape& shape)
        : options_(options), shape_(shape) {}

    slice_outcome run(const slice_order& order, recorder& into) override {
        return repeat_cold_start(shape_, order, into, [&](std::uint64_t first, slice_outcome& all) {
            const slice_order once{.iterations = 1, .seed = first, .record_latency = false};
            spargio_scenario_runtime fresh(options_.shards);
            slice_outcome done =
                spargio::run_on(options_, 0, [&] { return scenarios::steady_rtt(fresh, shape_, once, into); });
            all.thread_ids = std::move(done.thread_ids);
            return done.checksum;
        });
    }

private:
    spargio::runtime_options options_;
    ping_pong_shape shape_;
};

} // namespace

std::unique_ptr<session> make_steady_rtt(const spargio::runtime_options& options,
                                         const ping_pong_shape& shape) {
    return std::make_unique<steady_session>(options, shape);
}
std::unique_ptr<session> make_tasks_rtt(const spargio::runtime_options& options, const ping_pong_shape& shape) {
    return std::make_unique<tasks_session>(options, shape);
}
std::unique_ptr<session> make_one_way_drain(const spargio::runtime_options& options,
                                            const ping_pong_shape& shape) {
    return std::make_unique<drain_session>(options, shape);
}
std::unique_ptr<session> make_cold_start(const spargio::runtime_options& options,
                                         const ping_pong_shape& shape) {
    return std::make_unique<cold_session>(options, shape);
}

} // namespace bench::on_spargio
