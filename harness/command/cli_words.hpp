// Words of the command line for a newcomer: examples, and complaints that name the remedy.
#pragma once

#include <CLI/CLI.hpp>

#include <string>

namespace bench {

/// Puts examples under the help of every command that has some.
void add_examples(CLI::App& app);

/// A sentence for an error of the parser. `command` is the one that the user named, or "".
[[nodiscard]] std::string complaint(const CLI::App& app, const CLI::ParseError& error,
                                    const std::string& command);

} // namespace bench
