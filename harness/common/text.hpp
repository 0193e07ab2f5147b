// Small text helpers of the command line: durations, lists, shares.
#pragma once

#include "harness/common/problem.hpp"

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

[[nodiscard]] std::vector<std::string> split(std::string_view text, char separator);
[[nodiscard]] std::string join(const std::vector<std::string>& parts, std::string_view separator);

/// Decimal digits and nothing else; nullopt for anything else, and for what 64 bits don't hold.
[[nodiscard]] std::optional<std::uint64_t> whole_number(std::string_view text);

/// "4m", "90s", "300ms", "20us" → ns. Error: a sentence that shows the form.
[[nodiscard]] std::expected<std::uint64_t, problem> parse_duration_ns(std::string_view text);

/// "1:23" above a minute, "12 s" below.
[[nodiscard]] std::string format_left(std::uint64_t duration_ns);

/// A duration with three figures and the unit that suits it: "143 ns", "5.20 us".
[[nodiscard]] std::string format_ns(double duration_ns);

/// "0,2-3" → {0, 2, 3}.
[[nodiscard]] std::expected<std::vector<int>, problem> parse_cpu_list(std::string_view text);

/// Whether it is UTF-8, as JSON wants its texts. Names of files may be anything.
[[nodiscard]] bool is_utf_8(std::string_view text);

/// The argument as a shell takes it: quoted where it has to be.
[[nodiscard]] std::string shell_quoted(std::string_view argument);

} // namespace bench
