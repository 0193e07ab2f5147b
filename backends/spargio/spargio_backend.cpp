#include "backends/spargio/spargio_backend.hpp"

#include "backends/spargio/spargio_session.hpp"

#include <spargio/core/options.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

namespace bench {
namespace {

class spargio_backend_type final : public backend {
public:
    [[nodiscard]] std::string_view name() const override { return "spargio"; }
    [[nodiscard]] backend_kind kind() const override { return backend_kind::ours; }
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

    [[nodiscard]] std::expected<std::unique_ptr<session>, refusal>
    open(const workload& what, const parameters& how, const knob_values& given) override {
        auto chosen = read_knobs(given);
        if (!chosen) return std::unexpected(refusal{refusal::kind_type::bad_knob, std::move(chosen.error())});
        if (!given.contains("shards") && what.name != "harness/empty")
            chosen->options.shards = static_cast<unsigned>(how["workers"]);
        return open_spargio_session(what, how, chosen->options, chosen->streams);
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
        return knobs_read{spargio::with_preset(options), *streams};
    }
};

} // namespace

backend& spargio_backend() {
    static spargio_backend_type the_one;
    return the_one;
}

} // namespace bench
