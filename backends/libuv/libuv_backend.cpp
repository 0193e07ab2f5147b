#include "backends/libuv/libuv_backend.hpp"

#include "backends/libuv/sessions.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <string>

#include <uv.h>

namespace bench {
namespace on_libuv {
namespace {

constexpr std::size_t most_threads = 1024; // MAX_THREADPOOL_SIZE of libuv

class libuv_backend final : public backend {
public:
    std::string_view name() const override { return "libuv"; }
    backend_kind kind() const override { return backend_kind::rival; }
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

    std::expected<std::unique_ptr<session>, refusal> open(const workload& what, const parameters& how,
                                                          const knob_values& given) override try {
        const auto knobs = effective_knobs(given);
        if (!knobs) return std::unexpected(refusal{refusal::kind_type::bad_knob, knobs.error()});
        const std::size_t loops = *read_count(*knobs, "loops");
        if (loops != 0 && !what.name.starts_with("net/"))
            return refuse_unsupported("the knob loops says how many loops share connections, and " +
                                      std::string(what.name) + " has none; leave it at 0");
        const auto timers = knobs->at("timers") == "exact" ? timer_kind::exact : timer_kind::own;
        if (timers != timer_kind::own && what.name != "net/open_loop")
            return refuse_unsupported("the knob timers says what wakes a sender of net/open_loop, and " +
                                      std::string(what.name) + " has none; leave it at own");
        if (what.name == "ping_pong/steady_rtt") return make_steady_rtt(ping_pong_shape::read(how, false));
        if (what.name == "ping_pong/cold_start") return make_cold_start(ping_pong_shape::read(how, false));
        if (what.name == "ping_pong/one_way_drain") return make_one_way_drain(ping_pong_shape::read(how, true));
        if (what.name == "fanout/balanced" || what.name == "fanout/skewed")
            return open_fanout(fanout_shape::read(how), *read_threads(*knobs));
        if (what.name.starts_with("fs/")) return open_files(what, how, *read_threads(*knobs));
        if (what.name == "fanout/hotkey_rotation") return make_keyed_fanout(keyed_shape::read(how));
        if (what.name == "fanout/skynet" || what.name == "fanout/fib")
            return refuse_unsupported(
                "uv_queue_work may be called only on the loop's own thread and its work cannot wait for other "
                "work, so a forked call cannot fork: libuv has no recursive fork and join");
        if (what.name == "idle/park") return make_idle(static_cast<std::size_t>(how["workers"]));
        if (what.name == "ping_pong/tasks_rtt")
            return refuse_unsupported(
                "libuv has no tasks that it could place: a callback runs on the loop that it "
                "was given to, which is ping_pong/steady_rtt");
        if (what.name == "harness/empty")
            return refuse_unsupported(
                "the empty workload shows the harness's own cost, which the floor measures; no "
                "runtime takes part in it");
        if (what.name == "net/open_loop")
            return make_open_loop(on_loops(open_loop_shape::read(how), loops), timers);
        if (what.name == "net/connections")
            return make_connections(on_loops(connections_shape::read(how), loops));
        if (what.name == "net/churn") return make_churn(on_loops(churn_shape::read(how), loops));
        if (what.name == "mixed/io_cpu") return open_mixed(what, how, *read_threads(*knobs));
        if (what.name.starts_with("net/")) return make_streams(on_loops(stream_shape::read(what, how), loops));
        return refuse_unsupported("the libuv backend has no form of " + std::string(what.name) + " yet");
    } catch (const std::exception& error) {
        return std::unexpected(refusal{refusal::kind_type::failed, error.what()});
    }

private:
    static std::optional<std::size_t> read_threads(const knob_values& knobs) {
        return read_count(knobs, "threads");
    }
    static std::optional<std::size_t> read_count(const knob_values& knobs, const std::string& name) {
        const std::string& text = knobs.at(name);
        std::size_t threads = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), threads);
        if (error != std::errc{} || end != text.data() + text.size() || threads > most_threads)
            return std::nullopt;
        return threads;
    }

    /// With `loops` workers instead of all: what a program with fewer loops than CPUs does.
    template <class Shape>
    static Shape on_loops(Shape shape, std::size_t loops) {
        if (loops != 0) shape.workers = std::min<decltype(shape.workers)>(shape.workers, loops);
        return shape;
    }

    /// As many threads as workers, or as reads that wait for the disk, like the other pools.
    static std::expected<std::unique_ptr<session>, refusal>
    open_files(const workload& what, const parameters& how, std::size_t threads) {
        const bool direct = what.name == "fs/read_depth" && how["direct"] != 0;
        const auto wanted = static_cast<std::size_t>(how[direct ? "depth" : "workers"]);
        const std::size_t pool = threads == 0 ? wanted : threads;
        if (const auto claimed = claim_pool(pool); !claimed)
            return std::unexpected(refusal{refusal::kind_type::unavailable, claimed.error()});
        return open_file_session(what, how, pool);
    }

    static std::expected<std::unique_ptr<session>, refusal>
    open_mixed(const workload& what, const parameters& how, std::size_t threads) {
        const auto shape = mixed_shape::read(what, how);
        if (const auto claimed = claim_pool(threads == 0 ? shape.workers() : threads); !claimed)
            return std::unexpected(refusal{refusal::kind_type::unavailable, claimed.error()});
        return open_mixed_session(shape);
    }

    static std::expected<std::unique_ptr<session>, refusal> open_fanout(fanout_shape shape,
                                                                        std::size_t threads) {
        const std::size_t pool = threads == 0 ? shape.workers : threads;
        if (const auto claimed = claim_pool(pool); !claimed)
            return std::unexpected(refusal{refusal::kind_type::unavailable, claimed.error()});
        return make_fanout(shape, pool);
    }
};

} // namespace
} // namespace on_libuv

backend& libuv_backend() {
    static on_libuv::libuv_backend instance;
    return instance;
}

} // namespace bench
