#include "backends/spargio/spargio_backend.hpp"

#include "backends/spargio/spargio_session.hpp"

#include <spargio/core/options.hpp>

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
        return all;
    }

    [[nodiscard]] std::expected<knob_values, std::string>
    effective_knobs(const knob_values& given) const override {
        const auto options = read_knobs(given);
        if (!options) return std::unexpected(options.error());
        knob_values all;
        for (const auto& knob : spargio::knobs()) all.emplace(knob.name, knob.get(*options));
        return all;
    }

    [[nodiscard]] std::expected<std::unique_ptr<session>, refusal>
    open(const workload& what, const parameters& how, const knob_values& given) override {
        auto options = read_knobs(given);
        if (!options) return std::unexpected(refusal{refusal::kind_type::bad_knob, std::move(options.error())});
        if (!given.contains("shards") && what.name != "harness/empty")
            options->shards = static_cast<unsigned>(how["workers"]);
        return open_spargio_session(what, how, *options);
    }

private:
    /// The options that the knobs lead to, as they will be in effect.
    static std::expected<spargio::runtime_options, std::string> read_knobs(const knob_values& given) {
        spargio::runtime_options options;
        for (const auto& [name, text] : given)
            if (const auto set = spargio::set_knob(options, name, text); !set)
                return std::unexpected(set.error());
        if (const auto resolved = spargio::resolve(options); !resolved)
            return std::unexpected(resolved.error().message);
        return spargio::with_preset(options);
    }
};

} // namespace

backend& spargio_backend() {
    static spargio_backend_type the_one;
    return the_one;
}

} // namespace bench
