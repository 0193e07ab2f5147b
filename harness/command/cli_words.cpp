#include "harness/command/cli_words.hpp"

#include "harness/command/completion.hpp"
#include "harness/common/names.hpp"
#include "harness/common/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

namespace bench {
namespace {

struct example {
    std::string_view command;
    std::string_view lines;
};

constexpr std::array examples{
    example{"list", "  spargio-bench list                                  workloads and backends\n"
                    "  spargio-bench list knobs -b spargio                 what can be set, and its default\n"
                    "  spargio-bench list cases -w 'net/*' -b spargio      what run would measure"},
    example{"run", "  spargio-bench run harness/matrices/quick.toml -o quick.json\n"
                   "  spargio-bench run -w 'ping_pong/*' -b spargio -b spargio,spin=0 --plan"},
    example{"ab", "  spargio-bench ab -w ping_pong/steady_rtt --a asio --b spargio"},
    example{"sweep",
            "  spargio-bench sweep -w net/keyed_hotspot -b spargio -k spin=0,200 -k steal_budget=1,4,16"},
    example{"serve", "  spargio-bench serve -w serve/http -b asio           then: wrk http://127.0.0.1:PORT/"},
    example{"repro", "  spargio-bench repro 'ping_pong/steady_rtt|asio' quick.json"},
    example{"export", "  spargio-bench export quick.json --format csv -o quick.csv"},
    example{"merge", "  spargio-bench merge one.json two.json -o whole.json"},
};

/// The flags of a command, by their long names where they have one.
std::vector<std::string> flags_of(const CLI::App& app, const std::string& name) {
    std::vector<std::string> flags;
    for (const auto& command : completed_commands(app))
        if (command.name == name)
            for (const auto& flag : command.flags)
                if (!flag.names.empty()) flags.push_back(flag.names.back());
    return flags;
}

std::string unexpected_word(const CLI::App& app, const std::string& command) {
    const auto words = app.remaining(true);
    const std::string word = words.empty() ? "" : words.front();
    if (!word.starts_with('-')) return fmt::format("{} takes no '{}' there", command, word);
    const auto flag = word.substr(0, word.find('='));
    return fmt::format("{} has no flag '{}'; {}", command, flag, did_you_mean(flag, flags_of(app, command)));
}

std::string command_list(const CLI::App& app) {
    std::vector<std::string> names;
    for (const auto& command : completed_commands(app)) names.push_back(command.name);
    return join(names, ", ");
}

} // namespace

void add_examples(CLI::App& app) {
    for (const auto& [command, lines] : examples)
        app.get_subcommand(std::string(command))->footer(fmt::format("For example:\n{}", lines));
}

std::string complaint(const CLI::App& app, const CLI::ParseError& error, const std::string& command) {
    if (command.empty())
        return fmt::format("name a command: {}\n`spargio-bench --help` says what each does\n",
                           command_list(app));
    std::string text = error.what();
    if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr) text = unexpected_word(app, command);
    if (dynamic_cast<const CLI::ConversionError*>(&error) != nullptr) text += " (it has to be a whole number)";
    return fmt::format("{}\n`spargio-bench {} --help` shows what it takes\n", text, command);
}

} // namespace bench
