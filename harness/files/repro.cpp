#include "harness/files/repro.hpp"

#include "harness/common/exit_codes.hpp"
#include "harness/common/names.hpp"
#include "harness/common/text.hpp"
#include "harness/files/validate.hpp"

#include <fmt/format.h>

namespace bench {

std::string repro_command(const group& g, const arm& a, const run_options& options) {
    std::vector<std::string> words{"spargio-bench", "run", "-w", std::string(g.what->name)};
    for (const auto& [name, value] : g.given) words.insert(words.end(), {"-p", name + "=" + value});
    words.insert(words.end(), {"-b", a.argument()});
    if (const auto plugin = a.backend->origin(); !plugin.empty())
        words.insert(words.end(), {"--plugin", std::string(plugin)});
    if (a.of_base && options.base) words.insert(words.end(), {"--baseline", options.base->path});
    words.insert(words.end(),
                 {"--blocks", std::to_string(options.blocks), "--slices", std::to_string(options.slices)});
    words.insert(words.end(), {"--slice-ms", std::to_string(options.slice_ns / 1'000'000)});
    words.insert(words.end(), {"--seed", std::to_string(options.seed)});
    if (!options.cpus.empty())
        words.insert(words.end(), {"--cpus", fmt::format("{}", fmt::join(options.cpus, ","))});
    if (a.injected_slowdown) {
        arm first = a; // the command has this arm only, so it is no repetition there
        first.occurrence = 1;
        words.insert(words.end(),
                     {"--inject", fmt::format("{}:+{:g}%", first.label(), 100 * *a.injected_slowdown)});
    }
    std::vector<std::string> quoted;
    for (const auto& word : words) quoted.push_back(shell_quoted(word));
    return join(quoted, " ");
}

int run_repro(const std::string& case_id, const std::string& path) {
    const auto document = read_valid_result(path);
    if (!document) {
        fmt::print(stderr, "spargio-bench: {}\n", document.error());
        return exit_invalid;
    }
    std::vector<std::string> ids;
    for (const auto& c : document->at("cases")) {
        ids.push_back(c.at("id").get<std::string>());
        if (ids.back() != case_id) continue;
        fmt::print("{}\n", c.at("repro").get<std::string>());
        return exit_ok;
    }
    fmt::print(stderr, "spargio-bench: {} has no case '{}'; {}\n", path, case_id, did_you_mean(case_id, ids));
    return exit_usage;
}

} // namespace bench
