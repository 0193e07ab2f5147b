#include "backends/libuv/libuv_backend.hpp"

#include "backends/libuv/sessions.hpp"
#include "workloads/cases/scenario.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <string>

#include <uv.h>

namespace bench {
namespace on_libuv {
namespace {

constexpr std::size_t most_threads = 1024; // MAX_THREADPOOL_SIZE of libuv

/// Answers for each scenario.
struct opener {
    std::size_t loops;   ///< 0: as many as workers
    std::size_t threads; ///< of libuv's pool; 0: as many as the workload wants
    timer_kind timers;

    opened_session operator()(const steady_rtt& shape) const { return make_steady_rtt(shape); }
    opened_session operator()(const tasks_rtt&) const {
        return refuse_unsupported("libuv has no tasks that it could place: a callback runs on the loop that it "
                                  "was given to, which is ping_pong/steady_rtt");
    }
    opened_session operator()(const cold_start& shape) const { return make_cold_start(shape); }
    opened_session operator()(const one_way_drain& shape) const { return make_one_way_drain(shape); }
    opened_session operator()(const fanout_shape& shape) const {
        return on_pool(shape.workers, [&](std::size_t pool) { return make_fanout(shape, pool); });
    }
    opened_session operator()(const keyed_shape& shape) const { return make_keyed_fanout(shape); }
    opened_session operator()(const skynet_shape&) const { return refuse_fork_join(); }
    opened_session operator()(const fib_shape&) const { return refuse_fork_join(); }
    /// As many threads as workers, or as reads that wait for the disk, like the other pools.
    opened_session operator()(const file_shape& shape) const {
        return on_pool(shape.direct ? shape.depth : shape.workers,
                       [&](std::size_t pool) { return open_data_session(shape, pool); });
    }
    opened_session operator()(const storm_shape& shape) const {
        return on_pool(shape.workers, [&](std::size_t pool) { return make_storm(shape, pool); });
    }
    opened_session operator()(const stream_shape& shape) const { return make_streams(on_loops(shape)); }
    opened_session operator()(const churn_shape& shape) const { return make_churn(on_loops(shape)); }
    opened_session operator()(const open_loop_shape& shape) const {
        return make_open_loop(on_loops(shape), timers);
    }
    opened_session operator()(const connections_shape& shape) const {
        return make_connections(on_loops(shape));
    }
    template <is_served Shape>
    opened_session operator()(const Shape& shape) const {
        return make_serve(on_loops(serve_shape(shape)), answering_of(shape));
    }
    opened_session operator()(const mixed_shape& shape) const {
        return on_pool(shape.workers(), [&](std::size_t) { return open_mixed_session(shape); });
    }
    opened_session operator()(const idle_park& shape) const { return make_idle(shape.workers); }
    opened_session operator()(const empty_slice&) const { return refuse_empty_slice(); }

private:
    static opened_session refuse_fork_join() {
        return refuse_unsupported(
            "uv_queue_work may be called only on the loop's own thread and its work cannot wait for other "
            "work, so a forked call cannot fork: libuv has no recursive fork and join");
    }

    /// With `loops` workers instead of all: what a program with fewer loops than CPUs does.
    template <class Shape>
    Shape on_loops(Shape shape) const {
        if (loops != 0) shape.workers = std::min<decltype(shape.workers)>(shape.workers, loops);
        return shape;
    }

    /// Claims the pool before the session is made, since libuv fixes its size at the first use.
    opened_session on_pool(std::size_t wanted, const auto& open) const {
        const std::size_t pool = threads == 0 ? wanted : threads;
        if (const auto claimed = claim_pool(pool); !claimed)
            return std::unexpected(refusal{refusal::kind_type::unavailable, claimed.error()});
        return open(pool);
    }
};

class libuv_backend final : public backend {
public:
    std::string_view name() const override { return "libuv"; }
    backend_kind kind() const override { return backend_kind::rival; }
    std::optional<wait_manner> waits(const knob_values&) const override { return wait_manner::sleeps; }
    std::string version() const override { return std::string("libuv ") + uv_version_string(); }
    std::string_view summary() const override {
        return "one loop a worker, callbacks; messages by uv_async_send, branches by uv_queue_work";
    }
    std::vector<knob_spec> knobs() const override {
        return {{"threads", "0", "0 to 1024", "threads",
                 "size of libuv's thread pool (UV_THREADPOOL_SIZE), for fanout and fs; 0: as many as workers"},
                {"loops", "0", "0 to 1024", "loops",
                 "loops that share the connections of net/*, each with a thread; 0: as many as workers"},
                {"timers", "own", "own, exact", "",
                 "what wakes a sender of net/open_loop: libuv's timers, of milliseconds, or a timerfd that its "
                 "loop watches"}};
    }

    std::expected<knob_values, std::string> effective_knobs(const knob_values& given) const override {
        auto knobs = backend::effective_knobs(given);
        if (!knobs) return knobs;
        for (const std::string name : {"threads", "loops"})
            if (!read_count(*knobs, name))
                return std::unexpected("knob " + name + "=" + knobs->at(name) +
                                       " is not legal; it takes 0 to 1024");
        if (const auto& timers = knobs->at("timers"); timers != "own" && timers != "exact")
            return std::unexpected("knob timers=" + timers + " is not legal; it takes own, exact");
        return knobs;
    }

    opened_session open(const workload& asked, const parameters& values, const knob_values& given) override
        try {
        const auto knobs = effective_knobs(given);
        if (!knobs) return std::unexpected(refusal{refusal::kind_type::bad_knob, knobs.error()});
        const opener chosen{.loops = *read_count(*knobs, "loops"),
                            .threads = *read_count(*knobs, "threads"),
                            .timers = knobs->at("timers") == "exact" ? timer_kind::exact : timer_kind::own};
        const scenario wanted = asked.read(values);
        if (chosen.loops != 0 && !is_on_connections(wanted))
            return refuse_unsupported("the knob loops says how many loops share connections, and " +
                                      std::string(asked.name) + " has none; leave it at 0");
        if (chosen.timers != timer_kind::own && !std::holds_alternative<open_loop_shape>(wanted))
            return refuse_unsupported("the knob timers says what wakes a sender of net/open_loop, and " +
                                      std::string(asked.name) + " has none; leave it at own");
        return std::visit(chosen, wanted);
    } catch (const std::exception& error) {
        return std::unexpected(refusal{refusal::kind_type::failed, error.what()});
    }

private:
    static std::optional<std::size_t> read_count(const knob_values& knobs, const std::string& name) {
        const std::string& text = knobs.at(name);
        std::size_t threads = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), threads);
        if (error != std::errc{} || end != text.data() + text.size() || threads > most_threads)
            return std::nullopt;
        return threads;
    }
};

} // namespace
} // namespace on_libuv

backend& libuv_backend() {
    static on_libuv::libuv_backend instance;
    return instance;
}

} // namespace bench
