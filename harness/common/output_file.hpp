// How a text reaches the name that the user gave it: a file whole or not at all, anything else written through.
#pragma once

#include "harness/common/problem.hpp"

#include <expected>
#include <string>
#include <string_view>

namespace bench {

/// Whether the name is `-`, or another one of descriptor 1, as /dev/stdout.
[[nodiscard]] bool is_standard_output(const std::string& path);

/// Whether what is written there can't be renamed into its place: a descriptor, a device, a pipe. Such a place
/// is never replaced by a file, and holds nothing that could be read again.
[[nodiscard]] bool is_written_through(const std::string& path);

/// Writes aside (PATH.partial), syncs, renames: at `path` there is the whole text or what was there before. A
/// symbolic link stays, and what it leads to is replaced. What is_written_through gets the text as it is; a
/// pipe without a reader is waited for until the run is interrupted. Error: path and cause, also where another
/// process is writing that file.
[[nodiscard]] std::expected<void, problem> write_file(const std::string& path, std::string_view text);

} // namespace bench
