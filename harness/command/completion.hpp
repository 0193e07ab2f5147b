// `spargio-bench completion SHELL`: what a shell needs to complete the command line, read from the parser that
// also writes --help, so the two can't differ. The names of workloads, backends and knobs are asked for while
// completing.
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace bench {

/// What may stand where a value stands. `other` is a value that nobody can guess.
enum class completed_kind { nothing, choice, workload, arm, knob, matrix, file, other };

/// A flag, or an argument by its place: that one has no names.
struct completed_flag {
    std::vector<std::string> names; ///< with their dashes
    completed_kind kind = completed_kind::other;
    std::vector<std::string> choices;
    std::string help;
};

struct completed_command {
    std::string name;
    std::string help;
    std::vector<completed_flag> flags;
};

/// The commands that --help shows.
[[nodiscard]] std::vector<completed_command> completed_commands(const CLI::App& app);

/// `shell` is bash, zsh or fish.
[[nodiscard]] std::string completion_script(const std::string& shell,
                                            const std::vector<completed_command>& commands);

} // namespace bench
