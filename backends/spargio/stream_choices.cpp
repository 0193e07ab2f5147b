#include "backends/spargio/stream_choices.hpp"

#include <array>
#include <cstddef>
#include <string_view>
#include <utility>

namespace bench {
namespace {

constexpr std::size_t most_words = 3;

struct choice {
    std::string_view name;
    std::string_view help;
    std::array<std::string_view, most_words> words; // the first is the default; empty ones are none

    [[nodiscard]] std::string range() const {
        std::string all;
        for (const auto word : words)
            if (!word.empty()) all += (all.empty() ? "" : ", ") + std::string(word);
        return all;
    }
};

// In the order of the enumerators.
constexpr choice places{
    "stream_task",
    "where a task that moves frames runs: wherever a shard is idle, if the workload lets tasks move, or on "
    "its connection's shard",
    {"stealable", "session"}};
constexpr choice modes{
    "stream_receive", "one receive for each piece, or one request for all that comes", {"single", "multishot"}};
constexpr choice distributions{
    "stream_home",
    "the shards that connections belong to: all to the one that connects, each as many, or by the policy of "
    "that name",
    {"context_preferred", "by_turns", "round_robin"}};

template <class Word>
std::expected<Word, std::string> take(const choice& knob, knob_values& given) {
    const auto found = given.find(std::string(knob.name));
    if (found == given.end()) return Word{};
    for (std::size_t i = 0; i < knob.words.size(); ++i) {
        if (knob.words[i].empty() || knob.words[i] != found->second) continue;
        given.erase(found);
        return static_cast<Word>(i);
    }
    return std::unexpected("knob '" + std::string(knob.name) + "' = '" + found->second + "' is none of " +
                           knob.range());
}

template <class Word>
std::string_view word_of(const choice& knob, Word value) {
    return knob.words[static_cast<std::size_t>(value)];
}

} // namespace

std::vector<knob_spec> stream_choices::knobs() {
    std::vector<knob_spec> all;
    for (const auto& each : {places, modes, distributions})
        all.push_back({std::string(each.name), std::string(each.words.front()), each.range(), "",
                       std::string(each.help)});
    return all;
}

std::expected<stream_choices, std::string> stream_choices::take_from(knob_values& given) {
    const auto place = take<task_place>(places, given);
    if (!place) return std::unexpected(place.error());
    const auto receive = take<receive_mode>(modes, given);
    if (!receive) return std::unexpected(receive.error());
    const auto belongs = take<home>(distributions, given);
    if (!belongs) return std::unexpected(belongs.error());
    return stream_choices{.place = *place, .receive = *receive, .homes = *belongs};
}

knob_values stream_choices::values() const {
    return {{std::string(places.name), std::string(word_of(places, place))},
            {std::string(modes.name), std::string(word_of(modes, receive))},
            {std::string(distributions.name), std::string(word_of(distributions, homes))}};
}

} // namespace bench
