#include "backends/asio/asio_backend.hpp"

#include "backends/asio/reactor.hpp"
#include "backends/asio/sessions.hpp"
#include "workloads/cases/idle.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <optional>
#include <string>

#include <boost/asio/version.hpp>
#include <boost/version.hpp>

namespace bench {
namespace on_asio {
namespace {

class idle_session final : public session {
public:
    idle_session(std::size_t workers, context_layout layout) : workers_(workers, layout, polling::off) {}
    slice_outcome run(const slice_order& order, recorder&) override { return stay_idle(order); }

private:
    worker_threads workers_;
};

/// The knobs, read.
struct setting {
    context_layout layout;
    polling poll;
    bool coroutines;
    std::size_t threads; ///< for the connections of net/*; 0: as many as workers
};

struct choice {
    std::string_view knob;
    std::array<std::string_view, 2> values;
};
constexpr std::array<choice, 3> choices{choice{"context", {"worker", "pool"}}, choice{"poll", {"off", "on"}},
                                        choice{"style", {"handlers", "coroutines"}}};

class asio_backend final : public backend {
public:
    std::string_view name() const override { return backend_name; }
    backend_kind kind() const override { return backend_kind::rival; }
    std::string version() const override {
        return "Boost.Asio " + std::to_string(BOOST_ASIO_VERSION / 100000) + '.' +
               std::to_string(BOOST_ASIO_VERSION / 100 % 1000) + '.' +
               std::to_string(BOOST_ASIO_VERSION % 100) + " (Boost " + std::to_string(BOOST_VERSION / 100000) +
               '.' + std::to_string(BOOST_VERSION / 100 % 1000) + ") on " + std::string(reactor);
    }
    std::string_view summary() const override {
        return "Boost.Asio: an io_context a worker or one for all; handlers, or awaitable coroutines and "
               "channels";
    }
    std::vector<knob_spec> knobs() const override {
        return {
            {"context", "worker", "worker, pool", "", "an io_context a worker, or one shared by all workers"},
            {"poll", "off", "off, on", "", "during a slice workers call poll() in a loop and never sleep"},
            {"style", "handlers", "handlers, coroutines", "",
             "messages and branches as posted handlers, or as awaitable coroutines with channels"},
            {"threads", "0", "0 to 1024", "threads",
             "workers that share the connections of net/*; 0: as many as the workload has"}};
    }

    std::expected<knob_values, std::string> effective_knobs(const knob_values& given) const override {
        auto knobs = backend::effective_knobs(given);
        if (!knobs) return knobs;
        for (const auto& [knob, values] : choices) {
            const auto& value = knobs->at(std::string(knob));
            if (std::ranges::find(values, value) == values.end())
                return std::unexpected("knob " + std::string(knob) + '=' + value + " is not legal; it takes " +
                                       std::string(values[0]) + ", " + std::string(values[1]));
        }
        if (!read_threads(*knobs))
            return std::unexpected("knob threads=" + knobs->at("threads") +
                                   " is not legal; it takes 0 to 1024");
        return knobs;
    }

    std::expected<std::unique_ptr<session>, refusal> open(const workload& what, const parameters& how,
                                                          const knob_values& given) override try {
        const auto knobs = effective_knobs(given);
        if (!knobs) return std::unexpected(refusal{refusal::kind_type::bad_knob, knobs.error()});
        const setting set{.layout =
                              knobs->at("context") == "pool" ? context_layout::pool : context_layout::worker,
                          .poll = knobs->at("poll") == "on" ? polling::on : polling::off,
                          .coroutines = knobs->at("style") == "coroutines",
                          .threads = *read_threads(*knobs)};
        if (set.threads != 0 && !what.name.starts_with("net/"))
            return refuse_unsupported("the knob threads says how many workers share connections, and " +
                                      std::string(what.name) + " has none; leave it at 0");
        if (what.name == "fanout/balanced" || what.name == "fanout/skewed")
            return open_fanout(fanout_shape::read(how), set);
        if (what.name == "fanout/hotkey_rotation") return open_keyed_fanout(keyed_shape::read(how), set);
        if (what.name == "fanout/skynet" || what.name == "fanout/fib") return open_fork_join(what, how, set);
        if (what.name == "net/open_loop" || what.name == "net/connections") return open_peer(what, how, set);
        if (what.name == "net/churn") return open_churn(on_threads(churn_shape::read(how), set), set);
        if (what.name == "mixed/io_cpu")
            return open_mixed_session(mixed_shape::read(what, how), set.layout, set.poll);
        if (what.name.starts_with("net/"))
            return open_streams(on_threads(stream_shape::read(what, how), set), set);
        if (what.name == "ping_pong/tasks_rtt") return open_tasks(ping_pong_shape::read(how, false), set);
        if (what.name.starts_with("ping_pong/")) return open_messages(what, how, set);
        if (what.name.starts_with("fs/")) return open_file_session(what, how, set.layout, set.poll);
        if (what.name == "idle/park")
            return open_session<idle_session>(static_cast<std::size_t>(how["workers"]), set.layout);
        if (what.name == "harness/empty")
            return refuse_unsupported(
                "the empty workload shows the harness's own cost, which the floor measures; no "
                "runtime takes part in it");
        return refuse_unsupported("the Asio backends have no form of " + std::string(what.name) + " yet");
    } catch (const std::exception& error) {
        return std::unexpected(refusal{refusal::kind_type::failed, error.what()});
    }

private:
    static constexpr std::size_t most_threads = 1024;

    static std::optional<std::size_t> read_threads(const knob_values& knobs) {
        const std::string& text = knobs.at("threads");
        std::size_t threads = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), threads);
        if (error != std::errc{} || end != text.data() + text.size() || threads > most_threads)
            return std::nullopt;
        return threads;
    }

    /// With as many workers as the knob says instead of all: what a program with fewer threads than CPUs does.
    template <class Shape>
    static Shape on_threads(Shape shape, const setting& set) {
        if (set.threads != 0) shape.workers = std::min<decltype(shape.workers)>(shape.workers, set.threads);
        return shape;
    }

    static std::unique_ptr<session> open_fanout(fanout_shape shape, setting set) {
        return set.coroutines ? make_fanout_coroutines(shape, set.layout, set.poll)
                              : make_fanout(shape, set.layout, set.poll);
    }

    static std::expected<std::unique_ptr<session>, refusal> open_keyed_fanout(const keyed_shape& shape,
                                                                              setting set) {
        if (!set.coroutines) return make_keyed_fanout(shape, set.layout, set.poll);
        if (set.layout == context_layout::pool)
            return refuse_unsupported(
                "with context=pool coroutines of one key may run beside each other; the shared scenario gives "
                "each key to a worker and so wants context=worker; style=handlers uses a strand for each key");
        return make_keyed_fanout_coroutines(shape, set.poll);
    }

    static std::expected<std::unique_ptr<session>, refusal> open_fork_join(const workload& what,
                                                                           const parameters& how, setting set) {
        if (set.layout == context_layout::worker)
            return refuse_unsupported(
                "with an io_context a worker a forked call stays with the worker that it was posted to, and no "
                "other can run it, which this workload demands; use context=pool");
        if (what.name == "fanout/skynet") {
            const auto shape = skynet_shape::read(how);
            return set.coroutines ? make_skynet_coroutines(shape, set.poll) : make_skynet(shape, set.poll);
        }
        const auto shape = fib_shape::read(how);
        return set.coroutines ? make_fib_coroutines(shape, set.poll) : make_fib(shape, set.poll);
    }

    static std::expected<std::unique_ptr<session>, refusal> open_peer(const workload& what,
                                                                      const parameters& how, setting set) {
        if (what.name == "net/open_loop") {
            const auto shape = on_threads(open_loop_shape::read(how), set);
            if (!set.coroutines) return make_open_loop(shape, set.layout, set.poll);
            if (set.layout == context_layout::pool)
                return refuse_unsupported(
                    "with context=pool the coroutine that writes to a connection and the one that reads from "
                    "it "
                    "may run beside each other, and the shared scenario has no strands; use context=worker, or "
                    "style=handlers, which has one for each connection");
            return make_open_loop_coroutines(shape, set.poll);
        }
        if (set.layout == context_layout::pool)
            return refuse_unsupported(
                "with context=pool any thread may take an answer, and who takes the last of a worker's begins "
                "all of that worker's next ones: a strand a worker would be context=worker with more locks, so "
                "use that");
        const auto shape = on_threads(connections_shape::read(how), set);
        return set.coroutines ? make_connections_coroutines(shape, set.poll)
                              : make_connections(shape, set.poll);
    }

    static std::unique_ptr<session> open_churn(const churn_shape& shape, setting set) {
        return set.coroutines ? make_churn_coroutines(shape, set.layout, set.poll)
                              : make_churn(shape, set.layout, set.poll);
    }

    static std::unique_ptr<session> open_streams(const stream_shape& shape, setting set) {
        return set.coroutines ? make_streams_coroutines(shape, set.layout, set.poll)
                              : make_streams(shape, set.layout, set.poll);
    }

    static std::unique_ptr<session> open_tasks(ping_pong_shape shape, setting set) {
        return set.coroutines ? make_tasks_rtt_coroutines(shape, set.layout, set.poll)
                              : make_tasks_rtt(shape, set.layout, set.poll);
    }

    static std::expected<std::unique_ptr<session>, refusal> open_messages(const workload& what,
                                                                          const parameters& how, setting set) {
        if (set.layout == context_layout::pool)
            return refuse_unsupported(
                "with context=pool any thread may run either side, so it cannot be promised "
                "that the two sides are on two threads; ping_pong/tasks_rtt is that case");
        if (what.name == "ping_pong/steady_rtt") {
            const auto shape = ping_pong_shape::read(how, false);
            return set.coroutines ? make_steady_rtt_coroutines(shape, set.poll)
                                  : make_steady_rtt(shape, set.poll);
        }
        if (what.name == "ping_pong/one_way_drain") {
            const auto shape = ping_pong_shape::read(how, true);
            return set.coroutines ? make_one_way_drain_coroutines(shape, set.poll)
                                  : make_one_way_drain(shape, set.poll);
        }
        if (what.name == "ping_pong/cold_start") {
            if (set.coroutines)
                return refuse_unsupported(
                    "ping_pong/cold_start has no shared scenario: starting and stopping is each "
                    "runtime's own; use style=handlers");
            return make_cold_start(ping_pong_shape::read(how, false), set.poll);
        }
        return refuse_unsupported("the Asio backends have no form of " + std::string(what.name) + " yet");
    }
};

} // namespace
} // namespace on_asio

backend& asio_backend() {
    static on_asio::asio_backend instance;
    return instance;
}

} // namespace bench
