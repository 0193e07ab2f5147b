// SHA-256 of a file: tells two programs or libraries apart that have one name and one version.
#pragma once

#include <optional>
#include <string>

namespace bench {

/// In hexadecimal, as sha256sum(1) prints it. Nothing where the file can't be read. Reads all of it, at some
/// 200 MB a second.
[[nodiscard]] std::optional<std::string> file_digest(const std::string& path);

} // namespace bench
