#include "tests/conformance/cases.hpp"

#include "backends/registry/registry.hpp"
#include "workloads/cases/all_workloads.hpp"
#include "workloads/peer/echo_peer.hpp"
#include "workloads/peer/peer_address.hpp"
#include "workloads/plugin/plugin_backend.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <iostream>
#include <map>
#include <set>
#include <stdexcept>
#include <tuple>
#include <utility>

namespace conformance {
namespace {

using namespace bench;

/// Small enough for a spinning backend on a busy machine; odd, so that nothing divides evenly.
const std::map<std::string_view, std::string> small_values{
    {"rounds", "13"},         {"messages", "131"},   {"requests", "5"},     {"branches", "7"},
    {"steps", "20"},          {"hot_steps", "300"},  {"keys", "3"},         {"rotation", "2"},
    {"leaves", "137"},        {"n", "11"},           {"reads", "37"},       {"writes", "19"},
    {"files", "7"},           {"depth", "5"},        {"file_mib", "1"},     {"frames", "37"},
    {"frame_messages", "5"},  {"frame_words", "17"}, {"window", "5"},       {"streams", "5"},
    {"steps_in_turn", "7"},   {"hot_frames", "41"},  {"cold_frames", "3"},  {"connections", "37"},
    {"active_percent", "30"}, {"rate", "20000"},     {"least_steps", "10"}, {"most_steps", "70"},
    {"heavy_every", "3"}};

/// A load generator's rate, unless it is asked for one.
bool is_without_rate(const parameter_spec& spec) { return spec.name == "rate" && spec.initial == 0; }

parameters make_small(const workload& asked, std::vector<assignment> more) {
    std::vector<assignment> given = std::move(more);
    const auto is_given = [&](std::string_view name) {
        return std::ranges::find(given, name, &assignment::first) != given.end();
    };
    for (const auto& spec : asked.parameters) {
        if (is_given(spec.name) || is_without_rate(spec)) continue;
        if (const auto at = small_values.find(spec.name); at != small_values.end())
            given.emplace_back(spec.name, at->second);
    }
    auto made = parameters::make(asked.parameters, given);
    if (!made) throw std::logic_error(made.error());
    return *std::move(made);
}

bool has_parameter(const workload& asked, std::string_view name) {
    return std::ranges::find(asked.parameters, name, &parameter_spec::name) != asked.parameters.end();
}

bool takes(const workload& asked, const char* name, const char* value) {
    const std::vector<assignment> given{{name, value}};
    return parameters::make(asked.parameters, given).has_value();
}

/// The parameter sets worth a test of their own.
std::vector<parameters> small_parameters(const workload& asked) {
    std::vector<parameters> sets{make_small(asked, {})};
    if (has_parameter(asked, "batch"))
        for (const char* batch : {"1", "16", "all"})
            if (takes(asked, "batch", batch) && sets.front().text("batch") != batch)
                sets.push_back(make_small(asked, {{"batch", batch}}));
    if (has_parameter(asked, "direct")) sets.push_back(make_small(asked, {{"direct", "on"}}));
    if (has_parameter(asked, "write")) sets.push_back(make_small(asked, {{"write", "vectored"}}));
    if (has_parameter(asked, "peer")) sets.push_back(make_small(asked, {{"peer", "self"}}));
    if (std::ranges::any_of(asked.parameters, is_without_rate))
        sets.push_back(make_small(asked, {{"rate", "20000"}, {"requests", "150"}}));
    const bool takes_three = std::ranges::any_of(
        asked.parameters, [](const auto& spec) { return spec.name == "workers" && spec.most >= 3; });
    if (takes_three)
        for (const char* workers : {"1", "3"})
            if (sets.front().text("workers") != workers)
                sets.push_back(make_small(asked, {{"workers", workers}}));
    return sets;
}

/// The words of a range such as "worker, pool"; none for "0 to 1024".
std::vector<std::string> words_of(const knob_spec& knob) {
    std::vector<std::string> words;
    std::string word;
    for (const char letter : knob.range + ",") {
        if (letter == ',') {
            words.push_back(std::exchange(word, {}));
        } else if (letter != ' ' || !word.empty()) {
            word += letter;
        }
    }
    const bool plain = std::ranges::all_of(words, [](const std::string& each) {
        return !each.empty() &&
               std::ranges::all_of(each, [](unsigned char c) { return std::isalpha(c) || c == '_'; });
    });
    return plain ? words : std::vector<std::string>{};
}

std::vector<knob_values> knob_sets(const backend& runtime) {
    std::vector<knob_values> sets{{}};
    for (const auto& knob : runtime.knobs())
        for (const auto& word : words_of(knob))
            if (word != knob.initial) sets.push_back({{knob.name, word}});
    return sets;
}

} // namespace

std::span<backend* const> runtimes() {
#if defined(EXAMPLE_PLUGIN)
    [[maybe_unused]] static const bool added = [] {
        auto loaded = load_plugin(EXAMPLE_PLUGIN);
        if (!loaded) throw std::runtime_error(loaded.error());
        return add_backend(*std::move(loaded));
    }();
#endif
    return all_backends();
}

std::string name_of(const combination& one) {
    std::string name = std::string(one.runtime->name()) + "_" + std::string(one.asked->name);
    for (const auto& [knob, value] : one.knobs) name += "_" + knob + "_" + value;
    for (const char* shown : {"batch", "direct", "peer", "rate", "workers", "write"})
        if (has_parameter(*one.asked, shown)) name += std::string("_") + shown + "_" + one.values.text(shown);
    std::ranges::replace_if(
        name, [](unsigned char c) { return !std::isalnum(c); }, '_');
    return name;
}

std::ostream& operator<<(std::ostream& out, const combination& one) { return out << name_of(one); }

bool is_thin() {
    static const bool thin = [] {
        const char* const asked = std::getenv("SPARGIO_CONFORMANCE");
        const std::string_view word = asked == nullptr ? "whole" : asked;
        if (word != "whole" && word != "thin") {
            std::cerr << "SPARGIO_CONFORMANCE=" << word << ": neither whole nor thin\n";
            std::exit(2);
        }
        return word == "thin";
    }();
    return thin;
}

std::vector<combination> thinned(const std::vector<combination>& whole) {
    std::vector<combination> thin;
    std::map<std::pair<const backend*, knob_values>, std::size_t> knob_numbers; // in the order of their coming
    std::map<const workload*, std::size_t> workload_numbers;
    std::set<std::tuple<const backend*, const workload*, knob_values>> begun;
    for (const auto& one : whole) {
        const auto knob = knob_numbers.try_emplace({one.runtime, one.knobs}, knob_numbers.size()).first->second;
        const auto turn = workload_numbers.try_emplace(one.asked, workload_numbers.size()).first->second;
        const bool first = begun.insert({one.runtime, one.asked, one.knobs}).second;
        if (one.knobs.empty() || (first && (knob + turn) % 3 == 0)) thin.push_back(one);
    }
    return thin;
}

std::vector<combination> all_combinations() {
    std::vector<combination> all;
    for (backend* const runtime : runtimes())
        for (const auto& asked : all_workloads())
            for (const auto& knobs : knob_sets(*runtime))
                for (const auto& values : small_parameters(asked))
                    all.push_back({runtime, &asked, values, knobs});
    return is_thin() ? thinned(all) : all;
}

std::vector<combination> knob_combinations() {
    std::vector<combination> all;
    for (backend* const runtime : runtimes())
        for (const auto& asked : all_workloads())
            for (const auto& knobs : knob_sets(*runtime)) {
                all.push_back({runtime, &asked, make_small(asked, {}), knobs});
                // The server is the same for all four workloads: with each knob once.
                if (has_parameter(asked, "peer") && (knobs.empty() || asked.name == "net/imbalanced"))
                    all.push_back({runtime, &asked, make_small(asked, {{"peer", "self"}}), knobs});
            }
    return is_thin() ? thinned(all) : all;
}

std::vector<combination> plain_combinations() {
    std::vector<combination> all;
    for (backend* const runtime : runtimes())
        for (const auto& asked : all_workloads()) all.push_back({runtime, &asked, make_small(asked, {}), {}});
    return all;
}

opened open(const combination& one) {
    // One of each for all tests, which live as long as the program.
    if (serves_itself(one.values)) {
        set_peer_port(std::nullopt); // whoever asks for it all the same is told so
    } else if (one.asked->needs_peer) {
        static const auto echoes = echo_peer::start();
        static const auto connects = echo_peer::start(peer_kind::churn_client);
        static const auto asks = echo_peer::start(peer_kind::load_generator);
        const auto kind = one.asked->peer;
        const auto& peer = kind == peer_kind::echo ? echoes : kind == peer_kind::churn_client ? connects : asks;
        if (!peer) throw std::runtime_error(peer.error());
        set_peer_port(peer->port());
    }
    auto result = one.runtime->open(*one.asked, one.values, one.knobs);
    if (!result) return {nullptr, result.error()};
    return {std::move(*result), {}};
}

} // namespace conformance
