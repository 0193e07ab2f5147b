#include "backends/spargio/spargio_backend.hpp"

#include "backends/spargio/sessions.hpp"
#include "workloads/cases/scenario.hpp"
#include "workloads/ground/io_uring_lack.hpp"

#include <spargio/core/options.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

namespace bench {
namespace on_spargio {
namespace {

/// Answers for each scenario. The knobs for connections are refused where there are none that they could decide
/// about.
struct opener {
    const spargio::runtime_options& options;
    stream_choices choices;

    opened_session operator()(const stream_shape& shape) const { return open_streams(options, shape, choices); }
    opened_session operator()(const open_loop_shape& shape) const {
        return open_open_loop(options, shape, choices);
    }
    opened_session operator()(const mixed_shape& shape) const { return open_mixed(options, shape, choices); }
    opened_session operator()(const empty_slice&) const {
        return refuse_unsupported("measures the harness, which no runtime takes part in");
    }
    template <class Shape>
    opened_session operator()(const Shape& shape) const {
        if (choices != stream_choices{})
            return refuse_unsupported("the knobs 'stream_task', 'stream_receive' and 'stream_home' are for the "
                                      "workloads that move frames on connections; leave them out here");
        return open(shape);
    }

private:
    opened_session open(const steady_rtt& shape) const { return make_steady_rtt(options, shape); }
    opened_session open(const tasks_rtt& shape) const { return make_tasks_rtt(options, shape); }
    opened_session open(const cold_start& shape) const { return make_cold_start(options, shape); }
    opened_session open(const one_way_drain& shape) const { return make_one_way_drain(options, shape); }
    opened_session open(const fanout_shape& shape) const { return make_fanout(options, shape); }
    opened_session open(const keyed_shape& shape) const { return make_keyed_fanout(options, shape); }
    opened_session open(const skynet_shape& shape) const { return make_skynet(options, shape); }
    opened_session open(const fib_shape& shape) const { return make_fib(options, shape); }
    opened_session open(const file_shape& shape) const { return open_data_session(options, shape); }
    opened_session open(const storm_shape& shape) const { return make_storm(options, shape); }
    opened_session open(const churn_shape& shape) const { return make_churn(options, shape); }
    opened_session open(const connections_shape& shape) const { return make_connections(options, shape); }
    opened_session open(const served_echo& shape) const { return make_serve(options, shape); }
    opened_session open(const served_work& shape) const { return make_serve(options, shape); }
    opened_session open(const served_forks& shape) const { return make_serve(options, shape); }
    opened_session open(const served_http& shape) const { return make_serve(options, shape); }
    opened_session open(const idle_park&) const { return make_idle(options); }
};

class spargio_backend final : public backend {
public:
    [[nodiscard]] std::string_view name() const override { return "spargio"; }
    [[nodiscard]] backend_kind kind() const override { return backend_kind::ours; }
    /// The kernel's thread of sqpoll spins, too, until it has had nothing for sqpoll_idle.
    [[nodiscard]] std::optional<wait_manner> waits(const knob_values& effective) const override {
        const bool asleep = effective.at("spin") == "0" && effective.at("sqpoll") == "off";
        return asleep ? wait_manner::sleeps : wait_manner::spins;
    }
    [[nodiscard]] std::string version() const override { return "Spargio " SPARGIO_VERSION; }
    [[nodiscard]] std::string_view summary() const override {
        return "coroutines on io_uring, one shard a thread, lanes in shared memory, doorbells by MSG_RING";
    }

    [[nodiscard]] std::vector<knob_spec> knobs() const override {
        std::vector<knob_spec> all;
        const spargio::runtime_options defaults;
        for (const auto& knob : spargio::knobs())
            all.push_back({std::string(knob.name), knob.get(defaults), std::string(knob.range),
                           std::string(knob.unit), std::string(knob.help)});
        for (auto& knob : stream_choices::knobs()) all.push_back(std::move(knob));
        return all;
    }

    [[nodiscard]] std::expected<knob_values, std::string>
    effective_knobs(const knob_values& given) const override {
        const auto chosen = read_knobs(given);
        if (!chosen) return std::unexpected(chosen.error());
        knob_values all = chosen->streams.values();
        for (const auto& knob : spargio::knobs()) all.emplace(knob.name, knob.get(chosen->options));
        return all;
    }

    [[nodiscard]] opened_session open(const workload& asked, const parameters& values,
                                      const knob_values& given) override try {
        auto chosen = read_knobs(given);
        if (!chosen) return std::unexpected(refusal{refusal::kind_type::bad_knob, std::move(chosen.error())});
        // Before the session: a workload that starts a runtime in each slice would find out too late.
        if (auto lack = io_uring_lack())
            return std::unexpected(refusal{refusal::kind_type::unavailable, *std::move(lack)});
        if (!given.contains("shards"))
            chosen->options.shards = static_cast<unsigned>(values.value_or("workers", chosen->options.shards));
        return std::visit(opener{chosen->options, chosen->streams}, asked.read(values));
    } catch (const std::exception& error) {
        return std::unexpected(refusal{refusal::kind_type::failed, error.what()});
    }

private:
    struct knobs_read {
        spargio::runtime_options options;
        stream_choices streams;
    };

    static bool is_known(std::string_view name) {
        return std::ranges::any_of(spargio::knobs(), [&](const auto& knob) { return knob.name == name; });
    }

    static std::string stream_knob_names() {
        std::string all;
        for (const auto& knob : stream_choices::knobs()) all += (all.empty() ? "" : ", ") + knob.name;
        return all;
    }

    /// What the knobs lead to, as it will be in effect.
    static std::expected<knobs_read, std::string> read_knobs(knob_values given) {
        const auto streams = stream_choices::take_from(given);
        if (!streams) return std::unexpected(streams.error());
        spargio::runtime_options options;
        for (const auto& [name, text] : given)
            if (const auto set = spargio::set_knob(options, name, text); !set)
                return std::unexpected(
                    is_known(name) ? set.error() : set.error() + "; for connections: " + stream_knob_names());
        if (const auto resolved = spargio::resolve(options); !resolved)
            return std::unexpected(resolved.error().message);
        // Nothing here waits for such a message, so what was sent with one of these tags would never come.
        for (const auto& [knob, tags] : {std::pair{"hot_tags", options.hot_tags},
                                         std::pair{"coalesced_hot_tags", options.coalesced_hot_tags}})
            if (!tags.empty())
                return std::unexpected(std::string("knob ") + knob +
                                       " is not for workloads: none receives hot messages; leave it away");
        return knobs_read{spargio::with_preset(options), *streams};
    }
};

} // namespace
} // namespace on_spargio

backend& spargio_backend() {
    static on_spargio::spargio_backend the_one;
    return the_one;
}

} // namespace bench
