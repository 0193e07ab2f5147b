#include "harness/command/completion.hpp"

#include "harness/command/cli_flags.hpp"
#include "harness/common/text.hpp"

#include <string_view>

namespace bench {
namespace {

completed_kind kind_of(const CLI::Option& option) {
    if (option.get_items_expected_max() == 0) return completed_kind::nothing;
    const auto words = option.get_type_name();
    if (words.starts_with('{')) return completed_kind::choice;
    if (words == takes::workload) return completed_kind::workload;
    if (words == takes::arm) return completed_kind::arm;
    if (words == takes::knob) return completed_kind::knob;
    if (words == takes::matrix) return completed_kind::matrix;
    return words == takes::file ? completed_kind::file : completed_kind::other;
}

completed_flag flag_of(const CLI::Option& option) {
    completed_flag made{.names = {}, .kind = kind_of(option), .choices = {}, .help = option.get_description()};
    for (const auto& name : option.get_snames()) made.names.push_back("-" + name);
    for (const auto& name : option.get_lnames()) made.names.push_back("--" + name);
    if (made.kind == completed_kind::choice) {
        const auto words = option.get_type_name();
        made.choices = split(std::string_view(words).substr(1, words.size() - 2), ',');
    }
    return made;
}

} // namespace

std::vector<completed_command> completed_commands(const CLI::App& app) {
    std::vector<completed_command> all;
    // A group with an empty name is what CLI11 hides.
    for (const auto* command :
         app.get_subcommands([](const CLI::App* one) { return !one->get_group().empty(); })) {
        all.push_back({.name = command->get_name(), .help = command->get_description(), .flags = {}});
        for (const auto* option : command->get_options()) all.back().flags.push_back(flag_of(*option));
    }
    return all;
}

} // namespace bench
