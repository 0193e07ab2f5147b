#include "backends/asio/asio_backend.hpp"

#include "backends/asio/opener.hpp"
#include "backends/asio/reactor.hpp"
#include "workloads/ground/io_uring_lack.hpp"

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
    std::optional<wait_manner> waits(const knob_values& effective) const override {
        return effective.at("poll") == "on" ? wait_manner::polls : wait_manner::sleeps;
    }
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

    opened_session open(const workload& asked, const parameters& values, const knob_values& given) override
        try {
        const auto knobs = effective_knobs(given);
        if (!knobs) return std::unexpected(refusal{refusal::kind_type::bad_knob, knobs.error()});
        if constexpr (reactor == "io_uring")
            if (auto lack = io_uring_lack())
                return std::unexpected(refusal{refusal::kind_type::unavailable, *std::move(lack)});
        const opener chosen{.layout =
                                knobs->at("context") == "pool" ? context_layout::pool : context_layout::worker,
                            .poll = knobs->at("poll") == "on" ? polling::on : polling::off,
                            .coroutines = knobs->at("style") == "coroutines",
                            .threads = *read_threads(*knobs)};
        const scenario wanted = asked.read(values);
        if (chosen.threads != 0 && !is_on_connections(wanted))
            return refuse_unsupported("the knob threads says how many workers share connections, and " +
                                      std::string(asked.name) + " has none; leave it at 0");
        return std::visit(chosen, wanted);
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
};

} // namespace
} // namespace on_asio

backend& asio_backend() {
    static on_asio::asio_backend instance;
    return instance;
}

} // namespace bench
