#include "harness/plan/repro_command.hpp"

#include "harness/common/text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <vector>

namespace bench {

std::string repro_command(const group& measured, const arm& shown, const run_options& options) {
    std::vector<std::string> words{"spargio-bench", "run", "-w", std::string(measured.workload->name)};
    for (const auto& [name, value] : measured.given) words.insert(words.end(), {"-p", name + "=" + value});
    words.insert(words.end(), {"-b", shown.argument()});
    if (const auto plugin = shown.backend->origin(); !plugin.empty())
        words.insert(words.end(), {"--plugin", std::string(plugin)});
    if (shown.of_base && options.base) words.insert(words.end(), {"--baseline", options.base->path});
    words.insert(words.end(),
                 {"--blocks", std::to_string(options.blocks), "--slices", std::to_string(options.slices)});
    words.insert(words.end(), {"--slice-ms", std::to_string(options.slice_ns / 1'000'000)});
    words.insert(words.end(), {"--seed", std::to_string(options.seed)});
    if (!options.cpus.empty())
        words.insert(words.end(), {"--cpus", fmt::format("{}", fmt::join(options.cpus, ","))});
    if (shown.injected_slowdown) {
        arm first = shown; // the command has this arm only, so it is no repetition there
        first.occurrence = 1;
        words.insert(words.end(),
                     {"--inject", fmt::format("{}:+{:g}%", first.label(), 100 * *shown.injected_slowdown)});
    }
    std::vector<std::string> quoted;
    for (const auto& word : words) quoted.push_back(shell_quoted(word));
    return join(quoted, " ");
}

} // namespace bench
